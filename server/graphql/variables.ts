import { GraphQLError } from "graphql";

const DEEPEST = 20;
const MOST_VALUES = 20_000;

/**
 * Refuses variables that nobody needs and that would keep coercion busy: nested deeper than any input, or lists of a
 * size that belongs into a file. One pass without recursion, so that no nesting overflows the stack.
 * @throws GraphQLError BAD_REQUEST
 */
export function assertModestVariables(variables: unknown): void {
  let level: unknown[] = [variables];
  let seen = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    const inside: unknown[] = [];
    for (const value of level)
      if (typeof value === "object" && value !== null)
        for (const inner of Object.values(value)) inside.push(inner);
    seen += inside.length;
    if (depth > DEEPEST) throw refused(`they are nested deeper than ${DEEPEST} levels`);
    if (seen > MOST_VALUES) throw refused(`they hold more than ${MOST_VALUES} values`);
    level = inside;
  }
}

function refused(why: string): GraphQLError {
  return new GraphQLError(`The variables cannot be used: ${why}.`, {
    extensions: { code: "BAD_REQUEST", http: { status: 400 } },
  });
}
