/** The console's paper and ink, in both themes from one declaration. */
export const STYLE = `@font-face { font-family: "Geist Variable"; src: url("/geist.woff2") format("woff2"); font-weight: 100 900; font-display: swap; }
@font-face { font-family: "Geist Mono Variable"; src: url("/geist-mono.woff2") format("woff2"); font-weight: 100 900; font-display: swap; }
:root {
  color-scheme: light dark;
  --page: light-dark(oklch(0.977 0.004 95), oklch(0.165 0.008 262));
  --card: light-dark(oklch(1 0 0), oklch(0.2 0.009 262));
  --raised: light-dark(oklch(0.955 0.005 95), oklch(0.245 0.01 262));
  --line: light-dark(oklch(0.9 0.005 95), oklch(0.285 0.011 262));
  --line-strong: light-dark(oklch(0.83 0.008 95), oklch(0.37 0.012 262));
  --ink: light-dark(oklch(0.23 0.012 262), oklch(0.95 0.004 95));
  --ink-soft: light-dark(oklch(0.43 0.012 262), oklch(0.76 0.008 262));
  --ink-faint: light-dark(oklch(0.5 0.012 262), oklch(0.68 0.01 262));
  --accent: light-dark(oklch(0.5 0.2 264), oklch(0.74 0.13 264));
  --accent-soft: light-dark(oklch(0.95 0.025 264), oklch(0.27 0.05 264));
  --on-accent: light-dark(#fff, oklch(0.18 0.02 262));
  --ok: light-dark(oklch(0.49 0.125 155), oklch(0.76 0.15 155));
  --warn: light-dark(oklch(0.53 0.12 65), oklch(0.8 0.14 75));
  --bad: light-dark(oklch(0.53 0.19 27), oklch(0.72 0.16 27));
  --sans: "Geist Variable", system-ui, sans-serif;
  --mono: "Geist Mono Variable", ui-monospace, monospace;
}
*, ::before, ::after { box-sizing: border-box; }
* { margin: 0; }
html { font: 400 13.5px/1.5 var(--sans); background: var(--page); color: var(--ink); -webkit-font-smoothing: antialiased; }
body { display: grid; grid-template: 52px minmax(0, 1fr) / minmax(0, 1fr); height: 100dvh; }
button, input { font: inherit; color: inherit; }
button { cursor: pointer; }
ol, ul { list-style: none; padding: 0; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
::selection { background: var(--accent-soft); }
kbd { font: 500 11px var(--sans); color: var(--ink-soft); border: 1px solid var(--line-strong); border-radius: 4px; padding: 1px 5px; }
.num { font-variant-numeric: tabular-nums; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 8px; top: -48px; padding: 6px 10px; border-radius: 6px; background: var(--ink); color: var(--page); z-index: 10; }
.skip:focus { top: 8px; }
.btn { height: 32px; padding: 0 12px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--card); font-weight: 500; }
.btn:hover { background: var(--raised); }
.btn:disabled { opacity: .55; cursor: default; }
.btn.bad { background: var(--bad); border-color: transparent; color: light-dark(#fff, oklch(0.18 0.02 27)); }
.btn.bad:hover { filter: brightness(1.08); }

.top { display: flex; align-items: center; gap: 16px; padding: 0 16px; border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: 9px; font-weight: 600; font-size: 15px; letter-spacing: -.01em; white-space: nowrap; }
svg { fill: none; stroke: var(--accent); stroke-width: 1.8; stroke-linecap: round; }
.brand svg { width: 26px; height: 26px; }
.note { flex: 1; min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; color: var(--ink-faint); }
.link { display: flex; align-items: center; gap: 7px; color: var(--ink-soft); font-size: 12.5px; }
.link i { width: 7px; height: 7px; border-radius: 50%; background: var(--warn); }
.link[data-state=live] i { background: var(--ok); box-shadow: 0 0 0 3px color-mix(in oklch, var(--ok) 20%, transparent); }

main { display: grid; grid-template-columns: minmax(300px, 380px) minmax(0, 1fr); min-height: 0; }
.list { position: relative; display: flex; flex-direction: column; min-height: 0; border-right: 1px solid var(--line); }
.find { padding: 12px 12px 8px; border-bottom: 1px solid var(--line); }
.find input { width: 100%; height: 32px; padding: 0 10px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--card); }
.find input::placeholder { color: var(--ink-faint); opacity: 1; }
.find p { margin-top: 6px; color: var(--ink-faint); font-size: 12px; }
.scroll { flex: 1; overflow: auto; }
.row { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 10px; width: 100%; padding: 8px 14px; border: 0; border-bottom: 1px solid var(--line); background: none; text-align: left; content-visibility: auto; contain-intrinsic-size: auto 62px; }
.row:hover { background: var(--raised); }
.row[aria-current=true] { background: var(--accent-soft); box-shadow: inset 2px 0 0 var(--accent); }
.row:focus-visible { outline-offset: -2px; }
.row span { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.row .to { font-weight: 550; }
.row .at { color: var(--ink-faint); font-size: 12px; font-variant-numeric: tabular-nums; }
.row .subject, .row .from { grid-column: 1 / -1; }
.row .from { color: var(--ink-faint); font-size: 12.5px; }
.row mark { background: none; color: var(--accent); font-weight: 600; }
.pill { position: absolute; top: 84px; left: 50%; translate: -50%; z-index: 2; padding: 4px 14px; border: 0; border-radius: 14px; background: var(--accent); color: var(--on-accent); font-size: 12.5px; font-weight: 500; box-shadow: 0 8px 24px light-dark(rgb(20 20 40 / .18), rgb(0 0 0 / .6)); }
.none { padding: 40px 20px; text-align: center; color: var(--ink-soft); }
.none b { display: block; color: var(--ink); font-weight: 550; }

.reader { display: flex; flex-direction: column; min-width: 0; min-height: 0; outline: none; background: var(--card); }
.empty { margin: auto; padding: 24px; text-align: center; color: var(--ink-soft); }
.empty svg { width: 72px; height: 72px; stroke-width: 1; opacity: .7; }
.empty h1 { margin: 8px 0 2px; font-size: 15px; font-weight: 600; color: var(--ink); }
#mail { display: flex; flex-direction: column; flex: 1; min-height: 0; }
.head { padding: 18px 24px 12px; }
.head h1 { font-size: 20px; font-weight: 600; line-height: 1.25; letter-spacing: -.015em; overflow-wrap: anywhere; }
.head dl { display: grid; grid-template-columns: 88px minmax(0, 1fr); gap: 2px 8px; margin-top: 10px; }
.head dt { color: var(--ink-faint); }
.head dd { overflow-wrap: anywhere; }
.mono { font-family: var(--mono); font-size: 12.5px; }
.back { display: none; margin-bottom: 12px; }
.files { display: flex; flex-wrap: wrap; gap: 6px; }
.files a { display: inline-block; margin-top: 10px; padding: 3px 10px; border: 1px solid var(--line-strong); border-radius: 14px; color: var(--ink-soft); font-size: 12.5px; text-decoration: none; }
.files a:hover { background: var(--raised); color: var(--ink); }
.tabs { display: flex; gap: 18px; padding: 0 24px; border-bottom: 1px solid var(--line); }
.tabs button { padding: 6px 0 9px; border: 0; border-bottom: 2px solid transparent; margin-bottom: -1px; background: none; color: var(--ink-soft); }
.tabs button[aria-selected=true] { border-color: var(--accent); color: var(--ink); font-weight: 550; }
.panel { flex: 1; min-height: 0; overflow: auto; }
.panel:focus-visible { outline-offset: -2px; }
.panel iframe { display: block; width: 100%; height: 100%; border: 0; background: #fff; color-scheme: light; }
.panel pre { padding: 18px 24px; font: 12.5px/1.6 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
.panel table { width: 100%; border-collapse: collapse; }
.panel th, .panel td { padding: 6px 8px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.panel th { width: 200px; padding-left: 24px; font-weight: 500; color: var(--ink-soft); }
.panel td { font-family: var(--mono); font-size: 12.5px; }

dialog { width: min(400px, 92vw); margin: auto; padding: 20px; border: 1px solid var(--line); border-radius: 12px; background: var(--card); color: var(--ink); box-shadow: 0 12px 40px light-dark(rgb(20 20 40 / .16), rgb(0 0 0 / .6)); }
dialog::backdrop { background: rgb(10 12 20 / .38); }
dialog h2 { font-size: 16px; font-weight: 600; }
dialog p { color: var(--ink-soft); }
dialog footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 18px; }

@media (max-width: 760px) {
  .note { visibility: hidden; }
  .top { padding: 0 12px; gap: 10px; }
  main { grid-template-columns: minmax(0, 1fr); }
  .reader { display: none; }
  body[data-open] .list { display: none; }
  body[data-open] .reader { display: flex; }
  .list { border: 0; }
  .back { display: inline-block; }
  .head, .panel pre { padding-left: 16px; padding-right: 16px; }
  .tabs { padding: 0 16px; }
  .panel th { width: 130px; padding-left: 16px; }
}
`;
