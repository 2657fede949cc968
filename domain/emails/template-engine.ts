import { Liquid, type LiquidOptions, type Template } from "liquidjs";

/** Characters that one part of a template may have; more is refused when it is saved. */
export const TEMPLATE_LENGTH_LIMIT = 100_000;
/** A mail's three parts together may render this long; a template that takes longer is a mistake or an attack. */
export const RENDER_BUDGET_MS = 1000;
const PART_LIMIT_MS = 500;

const LIMITS: LiquidOptions = {
  parseLimit: TEMPLATE_LENGTH_LIMIT,
  renderLimit: PART_LIMIT_MS,
  memoryLimit: 1_000_000,
  ownPropertyOnly: true,
  strictVariables: true,
  strictFilters: true,
  // A variable in a condition, or before `default`, may be missing: that is how people ask whether it is there.
  lenientIf: true,
  timezoneOffset: 0,
  // No lookup ever reaches the disk.
  templates: {},
};

/** `raw` would print a lead's value without escaping; the others read files, which templates do not have. */
const ABSENT_TAGS = ["raw", "include", "render", "layout", "block"];
const ABSENT_FILTERS = ["raw"];

function engine(options: LiquidOptions): Liquid {
  const liquid = new Liquid({ ...LIMITS, ...options });
  for (const name of ABSENT_TAGS) delete liquid.tags[name];
  for (const name of ABSENT_FILTERS) delete liquid.filters[name];
  if (options.outputEscape)
    // Every output is escaped once; asking for it must not do it twice.
    for (const name of ["escape", "escape_once", "xml_escape"])
      liquid.registerFilter(name, (value: unknown) => value);
  return liquid;
}

/** Escapes what leads bring into HTML. */
export const htmlEngine = engine({ outputEscape: "escape" });
/** Subject and text part: nothing to escape. */
export const plainEngine = engine({});
/** Goes on after an error, to name all that is missing. */
export const listingEngine = engine({ catchAllErrors: true });

/** @throws Error of liquidjs when a limit is hit or a variable is missing. */
export function renderPart(liquid: Liquid, template: Template[], scope: object, endOfBudget: number): string {
  const renderLimit = Math.max(1, Math.min(PART_LIMIT_MS, endOfBudget - performance.now()));
  return String(liquid.renderSync(template, scope, { renderLimit }));
}

interface LiquidFailure {
  readonly name?: string;
  readonly errors?: readonly LiquidFailure[];
  readonly originalError?: { readonly variableName?: string };
}

/** Names of missing variables in an error of liquidjs, in the order of the template. */
export function missingVariables(error: unknown): string[] {
  const failure = error as LiquidFailure;
  if (failure.errors) return failure.errors.flatMap(missingVariables);
  const name = failure.name === "UndefinedVariableError" ? failure.originalError?.variableName : undefined;
  return name === undefined ? [] : [name];
}
