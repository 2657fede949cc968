import { describe, expect, it } from "vitest";
import {
  checkTemplate,
  chooseVariant,
  compileTemplate,
  render,
  TemplateCache,
  templateVariables,
  type MergeLead,
  type TemplateParts,
} from "../../domain/emails/index.js";

const LEAD: MergeLead = {
  email: "ada@example.org",
  firstName: "Ada",
  lastName: "Lovelace",
  company: "Analytical & Sons",
  title: null,
  timezone: "Europe/London",
  customFields: { plan: "gold", seats: 3, "favourite colour": "blue", first_name: "Mallory", note: "" },
};

const parts = (wording: Partial<TemplateParts>): TemplateParts => ({
  subject: "Hello",
  html: "<p>Hello</p>",
  text: "Hello",
  ...wording,
});
const renderAll = (wording: Partial<TemplateParts>, lead: Partial<MergeLead> = {}) =>
  render(compileTemplate(parts(wording)), { ...LEAD, ...lead });
const html = (source: string, lead: Partial<MergeLead> = {}) => {
  const rendering = renderAll({ html: source }, lead);
  return rendering.kind === "rendered" ? rendering.html : rendering;
};

describe("what a template prints", () => {
  it.each([
    ["a standard field", "{{ first_name }} {{ last_name }}", "Ada Lovelace"],
    ["a custom field by its own name", "{{ plan }} {{ seats }}", "gold 3"],
    ["a custom field by its full name", '{{ custom.plan }} {{ custom["favourite colour"] }}', "gold blue"],
    ["the standard field where a custom one has its name", "{{ first_name }}", "Ada"],
    ["that custom field under custom", "{{ custom.first_name }}", "Mallory"],
    ["a default for a field that is empty", '{{ title | default: "colleague" }}', "colleague"],
    ["a default for a field nobody knows", '{{ nickname | default: "you" }}', "you"],
    ["a condition on a missing field", "{% if title %}yes{% else %}no{% endif %}", "no"],
    ["unless", "{% unless title %}no title{% endunless %}", "no title"],
    ["a comparison", '{% if plan == "gold" %}G{% endif %}', "G"],
    ["a loop", "{% for n in (1..3) %}{{ n }}{% endfor %}", "123"],
    ["HTML of a lead as text", "{{ company }}", "Analytical &amp; Sons"],
    ["HTML once, even when escaping is asked for", "{{ company | escape }}", "Analytical &amp; Sons"],
  ])("%s", (_, source, expected) => {
    expect(html(source)).toBe(expected);
  });

  it("a lead's values are escaped in HTML and left alone in subject and text", () => {
    const wording = { subject: "{{ company }}", html: "{{ company }}", text: "{{ company }}" };
    expect(renderAll(wording, { company: `<b>"O'Neill" & Co</b>` })).toEqual({
      kind: "rendered",
      subject: `<b>"O'Neill" & Co</b>`,
      html: "&lt;b&gt;&#34;O&#39;Neill&#34; &amp; Co&lt;/b&gt;",
      text: `<b>"O'Neill" & Co</b>`,
    });
  });

  it.each(["{% echo company %}", "{% cycle company %}", "{% liquid echo company %}", "{{ company | json }}"])(
    "no way of printing escapes the escaping: %s",
    (source) => {
      expect(html(source, { company: "<script>" })).not.toContain("<script>");
    },
  );

  it("I8: Liquid in a lead's value is printed, not evaluated", () => {
    const name = "{{ 7 | times: 7 }}{% raw %}";
    expect(
      renderAll({ subject: "{{ first_name }}", html: "{{ first_name }}" }, { firstName: name }),
    ).toMatchObject({
      subject: name,
      html: name,
    });
  });

  it("I5: a subject is one line, whatever a lead is called", () => {
    const rendering = renderAll(
      { subject: "Hi {{ first_name }}\r\n!" },
      { firstName: "A\r\nBcc: x@evil.test" },
    );
    expect(rendering).toMatchObject({ subject: "Hi A Bcc: x@evil.test !" });
  });
});

describe("missing variables", () => {
  it("all that have no default are named, once each, over all parts", () => {
    const wording = {
      subject: "{{ title }}",
      html: '{{ nickname }} {{ title }} {{ phone | default: "none" }} {% if fax %}{{ fax }}{% endif %}',
      text: "{{ custom.city }}",
    };
    expect(renderAll(wording)).toEqual({ kind: "missing", variables: ["title", "nickname", "custom.city"] });
  });

  it.each([
    ["null", null],
    ["the empty string", ""],
    ["blanks", "  \t"],
  ])("%s counts as missing", (_, company) => {
    expect(renderAll({ html: "{{ company }}" }, { company })).toEqual({
      kind: "missing",
      variables: ["company"],
    });
  });

  it("an empty custom field counts as missing; false and 0 do not", () => {
    expect(html("{{ note }}")).toEqual({ kind: "missing", variables: ["note"] });
    expect(html("{{ on }} {{ n }}", { customFields: { on: false, n: 0 } })).toBe("false 0");
  });

  it("ten thousand of them on one line are named within 2 s", () => {
    const started = performance.now();
    expect(html("{{ zz }}".repeat(10_000))).toEqual({ kind: "missing", variables: ["zz"] });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("what lies behind a variable in a loop or condition is found too", () => {
    expect(html("{% if plan %}{% for i in (1..2) %}{{ nickname }}{% endfor %}{% endif %}")).toEqual({
      kind: "missing",
      variables: ["nickname"],
    });
  });
});

describe("the text part that is made from the HTML", () => {
  const textOf = (source: string, lead: Partial<MergeLead> = {}) => {
    const rendering = renderAll({ html: source, text: null }, lead);
    return rendering.kind === "rendered" ? rendering.text : rendering;
  };

  it("reads like the letter, with the lead's values as they are", () => {
    const source =
      '<h1>Hi {{ first_name }}</h1><p>From {{ company }}{% if seats > 2 %}, all {{ seats }} of you{% endif %}.</p><p><a href="https://example.org/{{ plan }}">Your plan</a></p>';
    expect(textOf(source)).toBe(
      "Hi Ada\n\nFrom Analytical & Sons, all 3 of you.\n\nYour plan <https://example.org/gold>",
    );
  });

  it("keeps a loop over list items, which only works on the finished HTML", () => {
    expect(textOf("<ul>{% for n in (1..2) %}<li>Item {{ n }}</li>{% endfor %}</ul>")).toBe(
      " * Item 1\n\n * Item 2",
    );
  });

  it("leaves out pictures, styles and scripts", () => {
    expect(textOf('<style>p{}</style><script>x()</script><img src="a.png" alt="A"><p>Hello</p>')).toBe(
      "Hello",
    );
  });
});

describe("I7: templates that are an attack", () => {
  const bombs: [string, string][] = [
    ["a loop of 1e9", "{% for i in (1..1000000000) %}x{% endfor %}"],
    [
      "nested loops of 1e8",
      "{% for a in (1..10000) %}{% for b in (1..10000) %}{{ b }}{% endfor %}{% endfor %}",
    ],
    [
      "a string that doubles",
      `{% assign s = "xxxxxxxxxx" %}${"{% assign s = s | append: s %}".repeat(40)}{{ s | size }}`,
    ],
    [
      "a replace that multiplies",
      `{% assign s = "aaaaaaaaaa" %}${'{% assign s = s | replace: "a", "aaaaaaaaaa" %}'.repeat(12)}{{ s }}`,
    ],
    ["a date padded to ten million", '{{ "now" | date: "%10000000d" }}'],
    ["a range as an array", "{% assign a = (1..100000000) %}{{ a | size }}"],
    ["a join of a large range", '{{ (1..5000000) | join: "," }}'],
    ["a table of 1e8 rows", "{% tablerow i in (1..100000000) %}x{% endtablerow %}"],
    [
      "a capture in a loop",
      "{% for i in (1..1000000) %}{% capture c %}{{ c | default: 'x' | append: 'xxxxxxxxxx' }}{% endcapture %}{% endfor %}",
    ],
    [
      "a split of a large string",
      `{% assign s = "${"a,".repeat(40_000)}" %}{% for i in (1..1000) %}{% assign p = s | split: "," %}{% endfor %}`,
    ],
    ["nesting 9,000 deep", `${"{% if 1 %}".repeat(9000)}`],
    ["nesting 5,000 deep, closed", `${"{% if 1 %}".repeat(5000)}x${"{% endif %}".repeat(4000)}`],
    ["2 MB of template", "x".repeat(2_000_000)],
    ["open outputs", "{{ ".repeat(30_000)],
    ["HTML nested 20,000 deep", "<b>".repeat(20_000)],
  ];

  it.each(bombs)("%s ends within 2 s and leaves the process working", (_, source) => {
    const started = performance.now();
    const issues = checkTemplate({ subject: "s", html: source, text: null });
    const rendering = issues.length > 0 ? null : renderAll({ html: source, text: null });
    expect(performance.now() - started).toBeLessThan(2000);
    if (!source.startsWith("<b>")) expect(rendering?.kind ?? "refused").not.toBe("rendered");
    expect(html("{{ first_name }}")).toBe("Ada");
  });

  it.each([
    "{% include '/etc/passwd' %}",
    "{% render '/etc/passwd' %}",
    "{% layout '/etc/passwd' %}{% block a %}{% endblock %}",
  ])("files are not read: %s", (source) => {
    expect(checkTemplate(parts({ html: source }))[0]).toMatchObject({ path: ["html"], rule: "unknown_tag" });
    expect(() => compileTemplate(parts({ html: source }))).toThrow(/not found/);
  });

  it.each([
    "{{ constructor }}",
    "{{ custom.__proto__ }}",
    "{{ custom.constructor.name }}",
    "{{ first_name.constructor }}",
    '{{ custom["__proto__"]["polluted"] }}',
  ])("prototypes are out of reach: %s", (source) => {
    expect(html(source)).toMatchObject({ kind: "missing" });
  });

  it("a custom field called __proto__ is a field like others and pollutes nothing", () => {
    const customFields = JSON.parse('{"__proto__": "p", "constructor": "c"}') as Record<string, unknown>;
    expect(html("{{ custom.__proto__ }}{{ constructor }}", { customFields })).toBe("pc");
    expect(({} as Record<string, unknown>).p).toBeUndefined();
  });

  it("a template that fails for a lead says why and throws nothing", () => {
    expect(renderAll({ html: "{% for i in (1..1000000000) %}x{% endfor %}" })).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("limit exceeded"),
    });
  });
});

describe("checkTemplate", () => {
  it("finds nothing to object to in a sound template", () => {
    expect(
      checkTemplate(parts({ html: '{% if plan %}{{ plan | upcase | default: "x" }}{% endif %}' })),
    ).toEqual([]);
  });

  it("names part, line, rule and value of every fault at once", () => {
    const faults = checkTemplate(
      {
        subject: "{{ first_name | raw }}",
        html: "one\ntwo {{ a | shout }}\n{% frobnicate %}",
        text: "{% if a %}",
      },
      ["steps", "0"],
    );
    expect(faults).toEqual([
      {
        path: ["steps", "0", "subject"],
        rule: "unknown_filter",
        message: 'Line 1: there is no filter "raw".',
        value: "{{ first_name | raw }}",
      },
      {
        path: ["steps", "0", "html"],
        rule: "unknown_filter",
        message: 'Line 2: there is no filter "shout".',
        value: "{{ a | shout }}",
      },
      {
        path: ["steps", "0", "html"],
        rule: "unknown_tag",
        message: 'Line 3: there is no tag "frobnicate".',
        value: "{% frobnicate %}",
      },
      {
        path: ["steps", "0", "text"],
        rule: "liquid",
        message: "Line 1: tag {% if a %} not closed.",
        value: "{% if a %}",
      },
    ]);
  });

  it("names the first ten of very many faults within 2 s", () => {
    const started = performance.now();
    expect(checkTemplate(parts({ html: "{% x %}".repeat(14_000) }))).toHaveLength(10);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each(["{% raw %}{{ x }}{% endraw %}", "{{ x | raw }}"])(
    "refuses to print without escaping: %s",
    (source) => {
      expect(checkTemplate(parts({ html: source })).map(({ rule }) => rule)[0]).toMatch(
        /^unknown_(tag|filter)$/,
      );
    },
  );

  it("refuses a part of more than 100,000 characters, naming how many it has", () => {
    expect(checkTemplate(parts({ html: "x".repeat(100_001) }))).toEqual([
      {
        path: ["html"],
        rule: "length",
        message: "A template has at most 100,000 characters; this one has 100,001.",
        value: null,
      },
    ]);
    expect(checkTemplate(parts({ html: "x".repeat(100_000) }))).toEqual([]);
  });
});

it("templateVariables lists what is asked of a lead, each once, sorted, without what is assigned", () => {
  const wording = {
    subject: "{{ first_name }}",
    html: '{% assign greeting = title %}{{ greeting }} {{ custom.plan }} {{ first_name }} {{ company | default: "x" }}',
    text: "{% for i in (1..2) %}{{ i }}{{ city }}{% endfor %}",
  };
  expect(templateVariables(wording)).toEqual(["city", "company", "custom.plan", "first_name", "title"]);
});

describe("chooseVariant", () => {
  const step = {
    id: "step-1",
    ...parts({}),
    variants: [
      { ...parts({ subject: "one" }), weight: 1 },
      { ...parts({ subject: "two" }), weight: 2 },
    ],
  };

  it("gives a lead the same wording every time", () => {
    const first = chooseVariant(step, "lead-7");
    for (let n = 0; n < 10; n += 1) expect(chooseVariant(step, "lead-7")).toEqual(first);
  });

  it("deals the step's own wording and its variants out by weight", () => {
    const counts = [0, 0, 0];
    for (let n = 0; n < 8000; n += 1) counts[chooseVariant(step, `lead-${n}`).variant]! += 1;
    for (const [variant, share] of [0.25, 0.25, 0.5].entries())
      expect(Math.abs(counts[variant]! / 8000 - share)).toBeLessThan(0.03);
  });

  it("uses the step's own wording when there are no variants", () => {
    expect(chooseVariant({ ...step, variants: [] }, "lead-1")).toMatchObject({
      variant: 0,
      parts: { subject: "Hello" },
    });
  });
});

it("the cache compiles a wording once and forgets the one that was unused for the longest", () => {
  const cache = new TemplateCache(2);
  const first = cache.get("a", parts({}));
  cache.get("b", parts({}));
  expect(cache.get("a", parts({}))).toBe(first);
  cache.get("c", parts({}));
  expect(cache.get("a", parts({}))).toBe(first);
  const second = cache.get("b", parts({ subject: "new" }));
  expect(cache.get("b", parts({}))).toBe(second);
});
