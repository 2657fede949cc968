import { MAIL_FIELDS, STANDARD_FIELDS, type MergeLead } from "./merge-fields.js";
import { render, type CompiledTemplate, type TemplateParts } from "./render.js";
import { plainEngine } from "./template-engine.js";
import { excerptOf, type Place } from "./wording-text.js";
import type { MailPart } from "./inspect-wording.js";

/** A field of a lead: `name` as templates say it, without `custom.`. */
export interface AskedField {
  readonly kind: "STANDARD" | "CUSTOM";
  readonly name: string;
}

/** A variable that a wording asks of a lead, where it does so first. */
export interface AskedVariable extends Place {
  /** As the template has it, e.g. `custom.plan`. */
  readonly name: string;
  /** Null: no lead can have it, e.g. `company.owner`. */
  readonly field: AskedField | null;
  /** A lead that lacks only this would be skipped: it has no default, and no condition asks for it. */
  readonly isRequired: boolean;
  readonly part: MailPart;
  readonly excerpt: string;
}

type Found = Omit<AskedVariable, "isRequired">;

const STANDARD = new Set<string>(STANDARD_FIELDS);
const OF_MAILS = new Set<string>(MAIL_FIELDS);
/** What Liquid itself knows of every value. */
const OF_ANY_VALUE = new Set(["size", "first", "last"]);
/** A wording that asks for more is looked at as far as this. */
const MOST_VARIABLES = 30;

/**
 * What a wording asks of a lead, each variable once; at most 30. What is required is found out by rendering it for a lead
 * that has everything else, so that the rule is the renderer's own.
 * @param mayGoOn asked before every rendering; false: the rest counts as not required
 */
export function askedVariables(
  parts: TemplateParts,
  compiled: CompiledTemplate,
  mayGoOn: () => boolean,
): AskedVariable[] {
  const found = [
    ...variablesIn("SUBJECT", parts.subject),
    ...variablesIn("HTML", parts.html),
    ...(parts.text === null ? [] : variablesIn("TEXT", parts.text)),
  ];
  const ofLeads = found.filter(({ name }) => !OF_MAILS.has(name));
  const once = [...new Map(ofLeads.toReversed().map((each) => [each.name, each])).values()].toReversed();
  const asked = once.slice(0, MOST_VARIABLES);
  const without = (name: string | null) =>
    mayGoOn() ? missingFor(compiled, leadWithout(asked, name)) : new Set<string>();
  const never = without(null);
  return asked.map((each) => {
    // The renderer names what is missing first, which may be all of it or its beginning.
    if (each.field === null)
      return { ...each, isRequired: [...never].some((name) => `${each.name}.`.startsWith(`${name}.`)) };
    const missing = without(each.field.name);
    return { ...each, isRequired: [...missing].some((name) => !never.has(name)) };
  });
}

const missingFor = (compiled: CompiledTemplate, lead: MergeLead): ReadonlySet<string> => {
  const rendering = render(compiled, lead);
  return new Set(rendering.kind === "missing" ? rendering.variables : []);
};

/** Somebody of whom all is known that is asked, but one field. */
function leadWithout(asked: readonly Found[], absent: string | null): MergeLead {
  const given = (name: string) => (name === absent ? null : "x");
  const custom = asked.flatMap(({ field }) => (field?.kind === "CUSTOM" ? [field.name] : []));
  return {
    email: "x@example.com",
    firstName: given("first_name"),
    lastName: given("last_name"),
    company: given("company"),
    title: given("title"),
    timezone: given("timezone"),
    customFields: Object.fromEntries(custom.map((name) => [name, given(name)])),
  };
}

function variablesIn(part: MailPart, source: string): Found[] {
  const { globals } = plainEngine.analyzeSync(plainEngine.parse(source));
  return Object.values(globals)
    .flat()
    .map((variable) => {
      const segments = variable.segments.map((each) => (typeof each === "object" ? null : String(each)));
      const { row: line, col: column } = variable.location;
      return {
        name: nameOf(segments),
        field: fieldOf(segments),
        part,
        line,
        column,
        excerpt: excerptOf(source.split("\n")[line - 1] ?? "", column - 1),
      };
    });
}

/** Null in the segments: what another variable names, which nobody knows before the rendering. */
const nameOf = (segments: readonly (string | null)[]): string =>
  segments
    .map((each, at) => {
      if (each === null) return "[…]";
      if (!/^\w+$/.test(each)) return `["${each}"]`;
      return at === 0 ? each : `.${each}`;
    })
    .join("");

function fieldOf(segments: readonly (string | null)[]): AskedField | null {
  const [first, ...rest] = segments;
  const isOfAnyValue = (more: readonly (string | null)[]) =>
    more.every((each) => each !== null && OF_ANY_VALUE.has(each));
  if (first === "custom") {
    const [name, ...more] = rest;
    return name != null && isOfAnyValue(more) ? { kind: "CUSTOM", name } : null;
  }
  if (first == null || !isOfAnyValue(rest)) return null;
  return { kind: STANDARD.has(first) ? "STANDARD" : "CUSTOM", name: first };
}
