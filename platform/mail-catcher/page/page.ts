const MARK = `<svg viewBox="0 0 32 32" aria-hidden="true"><circle cx="12" cy="16" r="9"/><circle cx="12" cy="16" r="5.5"/>
<path d="M20 10.5c2-1.6 3.6 1.6 5.6 0s3-1 4.4-.4M21 16c2-1.6 3.2 1.6 5.2 0s2.6-1 3.8-.4M20 21.5c2-1.6 3.6 1.6 5.6 0s3-1 4.4-.4"/></svg>`;

/** The frame of the page; everything in it is filled in by script.ts. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mail catcher · Postwatch</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='none' stroke='%234059d8' stroke-width='2.4'%3E%3Ccircle cx='13' cy='16' r='10'/%3E%3Ccircle cx='13' cy='16' r='6'/%3E%3Cpath d='M22 12c2-1.6 4 1.6 8 0M22 20c2-1.6 4 1.6 8 0'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<a class="skip" href="#reader">Skip to the mail</a>
<header class="top">
  <div class="brand">${MARK}<span>Mail catcher</span></div>
  <p class="note">Nothing caught here has left this machine.</p>
  <p class="link" id="link" role="status"><i></i><span>Connecting</span></p>
  <button class="btn" id="clear" type="button">Delete all</button>
</header>
<main>
  <section class="list" aria-label="Caught mails">
    <div class="find">
      <label class="sr" for="search">Search</label>
      <input id="search" type="search" placeholder="Search sender, recipient, subject" autocomplete="off" spellcheck="false">
      <p id="count" class="num" role="status"></p>
    </div>
    <button class="pill" id="fresh" type="button" hidden></button>
    <div class="scroll" id="scroll">
      <ol id="rows"></ol>
      <div id="more"></div>
    </div>
  </section>
  <article class="reader" id="reader" tabindex="-1">
    <div class="empty" id="empty">${MARK}<h1>No mail selected</h1><p>Choose a mail on the left. <kbd>j</kbd> and <kbd>k</kbd> move, <kbd>/</kbd> searches.</p></div>
    <div id="mail" hidden>
      <header class="head">
        <button class="btn back" id="back" type="button">All mails</button>
        <h1 id="subject"></h1>
        <dl id="meta"></dl>
        <ul class="files" id="files"></ul>
      </header>
      <div class="tabs" id="tabs" role="tablist" aria-label="Views of the mail"></div>
      <div class="panel" id="panel" role="tabpanel" tabindex="0"></div>
    </div>
  </article>
</main>
<dialog id="confirm" aria-labelledby="confirm-title">
  <form method="dialog">
    <h2 id="confirm-title">Delete all caught mails?</h2>
    <p id="confirm-text"></p>
    <footer><button class="btn" value="cancel" autofocus>Cancel</button><button class="btn bad" value="delete">Delete all</button></footer>
  </form>
</dialog>
</body>
</html>
`;
