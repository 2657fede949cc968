const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; box-sizing: border-box; }
  main { max-width: 26rem; }
  h1 { font-size: 1.375rem; line-height: 1.25; margin: 0 0 8px; }
  p { margin: 0 0 20px; }
  button { font: inherit; font-weight: 600; padding: 10px 20px; border-radius: 8px; border: 1px solid transparent;
    color: Canvas; background: CanvasText; cursor: pointer; }
  button:focus-visible { outline: 2px solid Highlight; outline-offset: 2px; }
`;

/**
 * A page for whoever got a mail: no script, nothing from elsewhere, readable on any device.
 * @param action of a button that sends the form to the page's own address
 */
export function page(title: string, text: string, action?: string): string {
  const form = action ? `<form method="post"><button type="submit">${escaped(action)}</button></form>` : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
${form}
</main>
</body>
</html>
`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
