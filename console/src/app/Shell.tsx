import { A, useLocation, useNavigate } from "@solidjs/router";
import { createSignal, ErrorBoundary, For, lazy, onMount, Show, Suspense, type JSX } from "solid-js";
import { link } from "../api/link";
import { reportError } from "../api/report";
import { NotificationBell } from "../notifications/NotificationBell";
import { Command, Moon, Sun } from "../ui/icons";
import { FrozenBanner } from "../sending/FrozenBanner";
import { Mark } from "../ui/Mark";
import { Problem, Skeleton } from "../ui/States";
import { Toaster } from "../ui/toast";
import { Button } from "../ui/Button";
import { installKeys } from "./keys";
import { reconnectAlone, useKiosk } from "./kiosk";
import { LinkState } from "./LinkState";
import { useCan } from "./me";
import { RestLine } from "./RestLine";
import { navigation } from "./routes";
import { isDark, setTheme } from "./theme";
import { ViewAsBanner } from "./ViewAsBanner";
import { Who } from "./Who";

const Palette = lazy(async () => ({ default: (await import("./Palette")).Palette }));
const CheatSheet = lazy(async () => ({ default: (await import("./CheatSheet")).CheatSheet }));
const UserMenu = lazy(async () => ({ default: (await import("./UserMenu")).UserMenu }));

const toggleTheme = () => setTheme(isDark() ? "light" : "dark");

function whenIdle(run: () => void) {
  if ("requestIdleCallback" in window) requestIdleCallback(run, { timeout: 3_000 });
  else setTimeout(run, 1_000);
}

type Overlay = "palette" | "keys" | undefined;

/** Everything around a page: where one is, where one can go, and whether the numbers are live. */
export function Shell(props: { children?: JSX.Element; reconnect: () => void }) {
  const navigate = useNavigate();
  const can = useCan();
  const [overlay, setOverlay] = createSignal<Overlay>();
  const [idle, setIdle] = createSignal(false);
  const isKiosk = useKiosk();
  reconnectAlone(isKiosk, () => props.reconnect());
  // Fetched early: keys typed while the palette loads would be lost.
  onMount(() => whenIdle(() => (void Palette.preload(), setIdle(true))));
  installKeys({
    openPalette: () => setOverlay("palette"),
    openCheatSheet: () => setOverlay("keys"),
    toggleTheme,
    create: () => can("CAMPAIGN_CREATE") && navigate("/campaigns/new"),
    go: (letter) => {
      const entry = navigation.flatMap((group) => group.entries).find((each) => each.key === letter);
      if (!entry || !can(entry.permission)) return false;
      navigate(entry.to);
      return true;
    },
  });
  return (
    <div class="frame">
      <ViewAsBanner />
      <div class="shell" data-kiosk={isKiosk() ? "" : undefined}>
        <Show when={!isKiosk()}>
          <a class="skip" href="#main">
            Skip to the page
          </a>
          <Side>
            <Show
              when={idle()}
              fallback={
                <div class="who">
                  <Who />
                </div>
              }
            >
              <Suspense
                fallback={
                  <div class="who">
                    <Who />
                  </div>
                }
              >
                <UserMenu onKeys={() => setOverlay("keys")} />
              </Suspense>
            </Show>
          </Side>
        </Show>
        <div class="column">
          <Show when={!isKiosk()}>
            <Topbar onPalette={() => setOverlay("palette")} reconnect={props.reconnect} />
          </Show>
          <FrozenBanner />
          <RestLine />
          <main id="main" class="main" tabindex="-1">
            <div class="page">
              <ErrorBoundary fallback={(error: unknown, reset) => <Broken error={error} retry={reset} />}>
                <Suspense fallback={<Skeleton rows={8} />}>{props.children}</Suspense>
              </ErrorBoundary>
            </div>
          </main>
        </div>
        <Suspense>
          <Show when={overlay() === "palette"}>
            <Palette onClose={() => setOverlay(undefined)} onKeys={() => setOverlay("keys")} />
          </Show>
          <Show when={overlay() === "keys"}>
            <CheatSheet onClose={() => setOverlay(undefined)} />
          </Show>
        </Suspense>
        <div id="menus" role="region" aria-label="Menus" />
        <Toaster />
      </div>
    </div>
  );
}

function Broken(props: { error: unknown; retry: () => void }) {
  onMount(() => reportError(props.error));
  return (
    <Problem
      message={`This page stopped working: ${props.error instanceof Error ? props.error.message : "unknown cause"}`}
      retry={props.retry}
    />
  );
}

function Side(props: { children: JSX.Element }) {
  const can = useCan();
  const location = useLocation();
  const current = (to: string) => location.pathname.startsWith(`/admin${to}`);
  return (
    <nav class="side" aria-label="Main">
      <A class="brand" href="/overview" aria-label="Postwatch, overview">
        <Mark />
        <span>Postwatch</span>
      </A>
      <For each={navigation}>
        {(group) => {
          const entries = () => group.entries.filter((entry) => can(entry.permission));
          return (
            <div class="navgroup" style={{ "--entries": entries().length }}>
              <h2>{group.group}</h2>
              <ul>
                <For each={entries()}>
                  {(entry) => (
                    <li>
                      <a
                        href={`/admin${entry.to}`}
                        aria-current={current(entry.to) ? "page" : undefined}
                        title={entry.label}
                      >
                        <entry.icon size={16} stroke-width={1.75} aria-hidden="true" />
                        <span data-short={entry.short}>{entry.label}</span>
                        <kbd aria-hidden="true">G {entry.key.toUpperCase()}</kbd>
                      </a>
                    </li>
                  )}
                </For>
              </ul>
            </div>
          );
        }}
      </For>
      <div class="side-end">{props.children}</div>
    </nav>
  );
}

const Topbar = (props: { onPalette: () => void; reconnect: () => void }) => (
  <header class="topbar">
    <button type="button" class="command" onClick={() => props.onPalette()}>
      <Command size={14} aria-hidden="true" />
      <span class="clip">Search or run a command</span>
      <kbd>Ctrl K</kbd>
    </button>
    <div class="topbar-end">
      <Show when={link() === "closed"}>
        <Button small onClick={() => props.reconnect()}>
          Reconnect
        </Button>
      </Show>
      <LinkState />
      <NotificationBell />
      <button
        type="button"
        class="icon"
        aria-label={isDark() ? "Use light theme" : "Use dark theme"}
        onClick={toggleTheme}
      >
        <Show when={isDark()} fallback={<Moon size={16} aria-hidden="true" />}>
          <Sun size={16} aria-hidden="true" />
        </Show>
      </button>
    </div>
  </header>
);
