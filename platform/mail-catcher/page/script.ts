/**
 * What the page does. Plain browser code, sent as it is: texts of mails only ever become text nodes, and their HTML
 * is shown in a frame that runs nothing.
 */
export const SCRIPT = String.raw`"use strict";
const PAGE_SIZE = 100;
const $ = (id) => document.getElementById(id);
const state = { total: 0, rows: [], next: null, search: "", openId: null, tab: null, mail: null, loading: 0, lastId: "0" };
const number = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

async function get(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? "The catcher answered " + answer.status + ".");
  return answer;
}

/* ---- the list ---- */

function when(iso) {
  const at = new Date(iso);
  return at.toDateString() === new Date().toDateString() ? clock.format(at) : day.format(at);
}

/** The text with each find of the search marked. */
function marked(text) {
  const wanted = state.search.toLowerCase();
  const at = wanted ? text.toLowerCase().indexOf(wanted) : -1;
  if (at < 0) return [text];
  return [text.slice(0, at), el("mark", null, text.slice(at, at + wanted.length)), text.slice(at + wanted.length)];
}

function row(message) {
  const others = message.to.length > 1 ? " +" + (message.to.length - 1) : "";
  return el("li", null,
    el("button", { class: "row", type: "button", "data-id": message.id, "aria-current": String(message.id === state.openId), onclick: () => open(message.id) },
      el("span", { class: "to", title: message.to.join(", ") }, ...marked(message.to[0] ?? "no recipient"), others),
      el("span", { class: "at", title: message.receivedAt }, when(message.receivedAt)),
      el("span", { class: "subject" }, ...marked(message.subject || "(no subject)")),
      el("span", { class: "from" }, ...marked(message.from || message.envelopeFrom || "no sender"))));
}

function query(before) {
  const parameters = new URLSearchParams({ limit: PAGE_SIZE });
  if (state.search) parameters.set("search", state.search);
  if (before) parameters.set("before", before);
  return "/messages?" + parameters;
}

/** Loads the first page anew, or the next one. An answer that a later request has overtaken is dropped. */
async function load(isNext) {
  const ticket = ++state.loading;
  const page = await (await get(query(isNext ? state.next : null))).json();
  if (ticket !== state.loading) return;
  if (!isNext) {
    state.rows = [];
    $("rows").replaceChildren();
    state.lastId = state.search ? state.lastId : (page.messages[0]?.id ?? state.lastId);
    $("fresh").hidden = true;
  }
  state.rows.push(...page.messages);
  state.next = page.next;
  $("rows").append(...page.messages.map(row));
  showCount(page.total);
}

/** Mails that came while the top of the list is in view go on top of it. */
async function loadFresh() {
  const ticket = ++state.loading;
  const page = await (await get(query(null))).json();
  if (ticket !== state.loading) return;
  const top = Number(state.rows[0]?.id ?? 0);
  const fresh = page.messages.filter((message) => Number(message.id) > top);
  if (fresh.length === PAGE_SIZE || page.total < state.total) return load(false);
  state.rows.unshift(...fresh);
  $("rows").prepend(...fresh.map(row));
  $("fresh").hidden = true;
  showCount(page.total);
}

function showCount(total) {
  state.total = total;
  $("count").textContent = number.format(total) + (total === 1 ? " mail" : " mails") + (state.search ? " found" : "");
  $("clear").disabled = total === 0 && !state.search;
  document.title = (total && !state.search ? "(" + number.format(total) + ") " : "") + "Mail catcher · Postwatch";
  const isNone = state.rows.length === 0;
  document.querySelector(".none")?.remove();
  if (isNone) $("scroll").append(el("p", { class: "none" },
    el("b", null, state.search ? "Nothing found" : "No mail yet"),
    state.search ? "No caught mail has this text in its sender, recipients or subject." : "Everything that Postwatch sends will show up here."));
}

/* ---- one mail ---- */

function size(bytes) {
  if (bytes < 1024) return bytes + " B";
  return bytes < 1048576 ? (bytes / 1024).toFixed(1) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
}

async function open(id) {
  state.openId = id;
  history.replaceState(null, "", "#" + id);
  for (const button of document.querySelectorAll(".row")) button.setAttribute("aria-current", String(button.dataset.id === id));
  document.body.dataset.open = "";
  try {
    const mail = await (await get("/messages/" + id)).json();
    if (state.openId === id) show(mail);
  } catch (error) {
    if (state.openId === id) close(error.message);
  }
}

function close(reason) {
  state.openId = null;
  state.mail = null;
  delete document.body.dataset.open;
  history.replaceState(null, "", location.pathname);
  $("mail").hidden = true;
  $("empty").hidden = false;
  $("empty").querySelector("h1").textContent = reason ?? "No mail selected";
  for (const button of document.querySelectorAll(".row")) button.setAttribute("aria-current", "false");
}

function show(mail) {
  state.mail = mail;
  $("empty").hidden = true;
  $("mail").hidden = false;
  $("subject").textContent = mail.subject || "(no subject)";
  const lines = [
    ["From", mail.from || mail.envelopeFrom || "nobody"],
    ["To", mail.to.join(", ")],
    ["Received", full.format(new Date(mail.receivedAt)) + " · " + size(mail.size)],
    ["Message-ID", mail.messageId ?? "none", "mono"],
  ];
  $("meta").replaceChildren(...lines.flatMap(([name, value, style]) => [el("dt", null, name), el("dd", { class: style }, value)]));
  $("files").replaceChildren(...mail.attachments.map((file) =>
    el("li", null, el("a", { href: "/messages/" + mail.id + "/attachments/" + file.index, download: file.filename }, file.filename + " · " + size(file.size)))));
  const tabs = [["HTML", mail.html !== null], ["Text", mail.text !== null], ["Headers", true], ["Source", true]].filter(([, is]) => is).map(([name]) => name);
  if (!tabs.includes(state.tab)) state.tab = tabs[0];
  $("tabs").replaceChildren(...tabs.map((name) =>
    el("button", { type: "button", role: "tab", id: "tab-" + name, "aria-controls": "panel", onclick: () => choose(name), onkeydown: (event) => step(event, tabs) }, name)));
  choose(state.tab);
}

function step(event, tabs) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  choose(tabs[(tabs.indexOf(state.tab) + by + tabs.length) % tabs.length]);
  $("tab-" + state.tab).focus();
}

const PANELS = {
  HTML: (mail) => el("iframe", { sandbox: "allow-popups allow-popups-to-escape-sandbox", title: "HTML of the mail", src: "/messages/" + mail.id + "/html" }),
  Text: (mail) => el("pre", null, mail.text),
  Headers: (mail) => el("table", null, el("tbody", null, ...Object.entries(mail.headers).flatMap(([name, value]) =>
    [value].flat().map((text) => el("tr", null, el("th", { scope: "row" }, name), el("td", null, text)))))),
  Source: (mail) => {
    const source = el("pre", null, "Loading");
    get("/messages/" + mail.id + "/raw").then((answer) => answer.text()).then((text) => { source.textContent = text; }, (error) => { source.textContent = error.message; });
    return source;
  },
};

function choose(name) {
  state.tab = name;
  for (const tab of $("tabs").children) {
    const isOn = tab.id === "tab-" + name;
    tab.setAttribute("aria-selected", String(isOn));
    tab.tabIndex = isOn ? 0 : -1;
  }
  $("panel").setAttribute("aria-labelledby", "tab-" + name);
  $("panel").replaceChildren(PANELS[name](state.mail));
}

/* ---- live ---- */

function setLink(name, text) {
  $("link").dataset.state = name;
  $("link").lastElementChild.textContent = text;
}

function onEvent({ total, lastId }) {
  const isNew = Number(lastId) > Number(state.lastId);
  if (!isNew && (state.search || total === state.total)) return;
  const arrived = Number(lastId) - Number(state.lastId);
  if (isNew && $("scroll").scrollTop > 40) {
    $("fresh").hidden = false;
    $("fresh").textContent = number.format(arrived) + " new";
    return;
  }
  state.lastId = lastId;
  void loadFresh().catch(() => {});
}

function follow() {
  const events = new EventSource("/events");
  events.onopen = () => setLink("live", "Live");
  events.onerror = () => setLink("lost", "Reconnecting");
  events.onmessage = (event) => onEvent(JSON.parse(event.data));
}

/* ---- hands ---- */

let typing;
$("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    state.search = $("search").value.trim();
    $("scroll").scrollTop = 0;
    void load(false);
  }, 120);
});
$("fresh").addEventListener("click", () => { $("scroll").scrollTop = 0; void load(false); });
$("back").addEventListener("click", () => close());
$("clear").addEventListener("click", () => {
  $("confirm-text").textContent = "They are removed from disk, " + (state.search ? "those that the search hides included." : number.format(state.total) + " in all.");
  $("confirm").showModal();
});
$("confirm").addEventListener("close", async () => {
  if ($("confirm").returnValue !== "delete") return;
  await fetch("/messages", { method: "DELETE" });
  close("All mails are deleted");
  await load(false);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("confirm").open) return;
  if (event.target === $("search")) {
    if (event.key === "Escape") $("search").blur();
    return;
  }
  if (event.key === "/") { event.preventDefault(); $("search").focus(); }
  const by = { j: 1, k: -1 }[event.key];
  if (!by || state.rows.length === 0) return;
  const at = state.rows.findIndex((message) => message.id === state.openId);
  const next = state.rows[Math.max(0, Math.min(state.rows.length - 1, at + by))];
  void open(next.id);
  document.querySelector('.row[data-id="' + next.id + '"]')?.scrollIntoView({ block: "nearest" });
});
new IntersectionObserver(([end]) => { if (end.isIntersecting && state.next) void load(true); }, { root: $("scroll"), rootMargin: "400px" }).observe($("more"));

load(false).then(follow, (error) => { setLink("lost", error.message); follow(); });
if (/^#\d+$/.test(location.hash)) void open(location.hash.slice(1));
`;
