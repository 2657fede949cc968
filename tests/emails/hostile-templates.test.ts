import { describe, expect, it } from "vitest";
import { checkTemplate, compileTemplate } from "../../domain/emails/index.js";
import { html, parts, renderAll } from "../support/template-lead.js";

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
