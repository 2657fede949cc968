import { shown, type InputIssue } from "../errors.js";
import { htmlOf, isMjml, MjmlError } from "./mjml.js";
import { compileTemplate, type TemplateParts } from "./render.js";
import { plainEngine, TEMPLATE_LENGTH_LIMIT } from "./template-engine.js";

const MOST_FAULTS = 10;

interface LiquidFailure {
  readonly message: string;
  readonly originalError?: Error;
  readonly token?: {
    readonly begin: number;
    readonly end: number;
    getText(): string;
    getPosition(): number[];
  };
}

/**
 * What would keep a template from rendering for anybody: syntax errors, unknown tags and filters, parts that are too
 * long; the first ten of each part. `path` leads to the parts in the caller's input.
 */
export function checkTemplate(parts: TemplateParts, path: readonly string[] = []): InputIssue[] {
  const given = Object.entries({ subject: parts.subject, html: parts.html, text: parts.text });
  const issues = given.flatMap(([name, source]) =>
    source === null ? [] : checkPart(source).map((issue) => ({ ...issue, path: [...path, name] })),
  );
  return issues.length > 0 ? issues : checkWhole(parts, path);
}

/** Of HTML that is written in MJML: what keeps it from being converted. */
function checkMjml(source: string): Omit<InputIssue, "path"> | null {
  try {
    htmlOf(source);
    return null;
  } catch (error) {
    if (!(error instanceof MjmlError)) throw error;
    const place = error.line === null ? "" : `Line ${error.line}: `;
    return { rule: "mjml", message: `${place}${error.message}`, value: null };
  }
}

function checkPart(source: string): Omit<InputIssue, "path">[] {
  if (source.length > TEMPLATE_LENGTH_LIMIT)
    return [
      {
        rule: "length",
        message: `A template has at most ${TEMPLATE_LENGTH_LIMIT.toLocaleString("en")} characters; this one has ${source.length.toLocaleString("en")}.`,
        value: null,
      },
    ];
  return faultsOf(source);
}

/** After a fault its tag or output is blanked and the rest is read again: reading on in one go is quadratic. */
function faultsOf(source: string): Omit<InputIssue, "path">[] {
  const issues: Omit<InputIssue, "path">[] = [];
  for (let left = source; issues.length < MOST_FAULTS;) {
    try {
      plainEngine.parse(left);
      return issues;
    } catch (error) {
      const failure = error as LiquidFailure;
      issues.push(describe(failure));
      const { begin = 0, end = 0 } = failure.token ?? {};
      if (end <= begin || /call stack/.test(failure.message)) return issues;
      left = left.slice(0, begin) + left.slice(begin, end).replaceAll(/[^\n]/g, " ") + left.slice(end);
    }
  }
  return issues;
}

/** What only shows when the parts are compiled as they will be sent, e.g. nesting that exhausts the stack. */
function checkWhole(parts: TemplateParts, path: readonly string[]): InputIssue[] {
  const mjml = isMjml(parts.html) ? checkMjml(parts.html) : null;
  if (mjml) return [{ ...mjml, path: [...path, "html"] }];
  try {
    compileTemplate(parts);
    return [];
  } catch (error) {
    return [{ ...describe(error as LiquidFailure), path: [...path, "html"] }];
  }
}

function describe(failure: LiquidFailure): Omit<InputIssue, "path"> {
  const cause = (failure.originalError?.message ?? failure.message).replace(/, line:\d+.*$/s, "");
  const line = failure.token?.getPosition()[0];
  const place = line === undefined ? "" : `Line ${line}: `;
  const filter = /^undefined filter: (.*)$/.exec(cause)?.[1];
  const tag = /^tag "(.*)" not found$/.exec(cause)?.[1];
  const value = shown(failure.token?.getText().trim());
  if (filter !== undefined)
    return { rule: "unknown_filter", message: `${place}there is no filter "${filter}".`, value };
  if (tag !== undefined) return { rule: "unknown_tag", message: `${place}there is no tag "${tag}".`, value };
  if (/call stack/.test(cause))
    return { rule: "nesting", message: "Tags are nested too deeply.", value: null };
  return { rule: "liquid", message: `${place}${cause}.`, value };
}

/**
 * The variables that a template asks of a lead, by name (`first_name`, `custom.plan`), each once, sorted. What it
 * assigns itself is not among them. @throws Error of liquidjs when the template does not parse.
 */
export function templateVariables(parts: TemplateParts): string[] {
  const names = [parts.subject, parts.html, parts.text ?? ""].flatMap((source) =>
    plainEngine.globalFullVariablesSync(plainEngine.parse(source)),
  );
  return [...new Set(names)].sort();
}
