import { describe, expect, it } from "vitest";
import {
  chooseVariant,
  TemplateCache,
  templateVariables,
  type MergeLead,
} from "../../domain/emails/index.js";
import { html, parts, renderAll } from "../support/template-lead.js";

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
