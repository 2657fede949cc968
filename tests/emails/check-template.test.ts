import { describe, expect, it } from "vitest";
import { checkTemplate } from "../../domain/emails/index.js";
import { parts } from "../support/template-lead.js";

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
