import { expect, test } from "vitest";
import { askedVariables, compileTemplate, inspectWording } from "../../domain/emails/index.js";

const QUIET = "<p>Hi, reply to unsubscribe.</p>";
const found = (parts: { subject?: string; html?: string; text?: string }, isFirst = true) =>
  inspectWording({ subject: "Hello", html: QUIET, text: null, ...parts }, isFirst)
    .filter(({ rule }) => rule !== "text_made")
    .map(({ rule, part, line, column }) => `${rule} ${part} ${line}:${column}`);

test.each<[string, Parameters<typeof found>[0], string[]]>([
  [
    "a placeholder, in the text and in a link",
    { html: '<p>Hi</p>\n<a href="[link]">see [link]</a>' },
    ["placeholder HTML 2:10", "placeholder HTML 2:22"],
  ],
  ["one with mark-up inside", { html: "<p>[Your <b>Name</b>]</p>" }, ["placeholder HTML 1:4"]],
  [
    "one that an output prints",
    { html: '<p>{{ first_name | default: "[name]" }}</p>' },
    ["placeholder HTML 1:30"],
  ],
  ["a single brace", { subject: "Hi {first_name}" }, ["placeholder SUBJECT 1:4"]],
  ["wordings to choose from", { text: "{Hi|Hello there}\nyou" }, ["placeholder TEXT 1:1"]],
  [
    "merge tags of other products",
    { text: "*|FNAME|* %%name%% <<Name>> %FIRST_NAME%" },
    ["placeholder TEXT 1:1", "placeholder TEXT 1:11", "placeholder TEXT 1:20", "placeholder TEXT 1:29"],
  ],
  [
    "TBD, TODO, XXX, lorem ipsum",
    { text: "TBD\nTODO: price\nXXX\nLorem ipsum" },
    [1, 2, 3, 4].map((line) => `placeholder TEXT ${line}:1`),
  ],
  [
    "ordinary brackets and words",
    {
      subject: "[EXTERNAL] News [1]",
      text: "TODO INCLUIDO, todo xxx XXL [Webinar] a[0] {1} [link](https://a.de) 100% OFF",
    },
    [],
  ],
  [
    "what nobody reads",
    {
      html: "<style>a { b: [text] }</style><!-- TBD --><p>{% comment %} TODO {% endcomment %}unsubscribe</p>",
    },
    [],
  ],
  ["a reply that is none", { subject: "Re: our call" }, ["fake_reply SUBJECT 1:1"]],
  ["in other languages", { subject: "AW: unser Gespräch" }, ["fake_reply SUBJECT 1:1"]],
  ["by way of Liquid", { subject: '{% if company %}{{ "Fwd:" }} x{% endif %}' }, ["fake_reply SUBJECT 1:1"]],
  ["a word that only begins so", { subject: "Regarding: x" }, []],
  [
    "links that lead nowhere",
    {
      html: '<a href="">a</a>\n<a href="#">b</a>\n<a href="javascript:x()">c</a>\n<a href="www.a.de">d</a>\n<a href="https://">e</a>',
    },
    [1, 2, 3, 4, 5].map((line) => `link_target HTML ${line}:4`),
  ],
  [
    "links that are good",
    {
      html: '<a href="https://a.de/{{ id }}">a</a><a href="{{ url }}">b</a><a href="mailto:a@b.de">c</a><a href="#part">d</a><a name="part"></a>',
    },
    [],
  ],
  [
    "links to look at",
    { html: '<a href="http://a.de">a</a><a href="https://www.example.com/x">b</a>' },
    ["link_insecure HTML 1:4", "link_example HTML 1:31"],
  ],
  [
    "images",
    { html: '<img src="a.png">\n<img src="https://a.de/a.png" alt="">' },
    ["image_source HTML 1:1", "image_alt HTML 1:1"],
  ],
  [
    "a template that does not parse has only its faults",
    { html: "<p>\n{{ x | nope }} [link]" },
    ["template HTML 2:null"],
  ],
])("%s", (_what, parts, expected) => expect(found(parts)).toEqual(expected));

test("what blocks, and that a follow-up may be a reply", () => {
  const wording = { subject: "Re: x", html: '<a href="http://a.de">[link]</a>', text: null };
  const severities = (isFirst: boolean) =>
    Object.fromEntries(inspectWording(wording, isFirst).map(({ rule, severity }) => [rule, severity]));
  const others = {
    placeholder: "BLOCKING",
    link_insecure: "WARNING",
    text_made: "INFO",
  };
  expect(severities(true)).toEqual({ fake_reply: "BLOCKING", ...others });
  expect(severities(false)).toEqual(others);
});

test("texts made to be slow to look at are looked at in time", () => {
  for (const piece of ["[", "{ a", "<!--", "<a href='", "%A", "*|A", "re:[1", "TODO "]) {
    const text = piece.repeat(Math.floor(99_000 / piece.length));
    const since = performance.now();
    inspectWording({ subject: "x", html: text, text }, true);
    expect(performance.now() - since).toBeLessThan(2_000);
  }
});

test("what is required of a lead is what the renderer cannot do without", () => {
  const parts = {
    subject: "{{ first_name }}",
    html: `<p>{{ first_name }} {{ company | default: "you" }} {% if title %}{{ title }}{% endif %}
      {{ custom.plan }} {{ custom["Size of team"] }} {% if city %}{{ region }}{% endif %} {{ a.b }} {{ email }}</p>`,
    text: null,
  };
  const asked = askedVariables(parts, compileTemplate(parts), () => true);
  expect(asked.map(({ name, isRequired, part, line }) => [name, isRequired, part, line])).toEqual([
    ["first_name", true, "SUBJECT", 1],
    ["company", false, "HTML", 1],
    ["title", false, "HTML", 1],
    ["custom.plan", true, "HTML", 2],
    ['custom["Size of team"]', true, "HTML", 2],
    ["city", false, "HTML", 2],
    ["region", true, "HTML", 2],
    ["a.b", true, "HTML", 2],
    ["email", false, "HTML", 2],
  ]);
});
