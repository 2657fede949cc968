import { getOperationAST, Kind, OperationTypeNode, parse } from "graphql";
import { MAX_TOKENS } from "./limits.js";

/** What takes load and access away. Stopping is cheaper than starting: it works when the points are spent. */
const STOPPING: ReadonlySet<string> = new Set(["cancelCampaign", "pauseCampaign", "pauseQueue", "signOut"]);
const MENTIONED = new RegExp(`\\b(${[...STOPPING].join("|")})\\b`);

/** Whether the body of a request is a mutation that does nothing but stop things. Any other body is not, whatever it is. */
export function stopsOnly(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return false;
  const { query, operationName } = body as { query?: unknown; operationName?: unknown };
  if (typeof query !== "string" || !MENTIONED.test(query)) return false;
  try {
    const name = typeof operationName === "string" ? operationName : undefined;
    const operation = getOperationAST(parse(query, { maxTokens: MAX_TOKENS }), name);
    if (operation?.operation !== OperationTypeNode.MUTATION) return false;
    return operation.selectionSet.selections.every(
      (selection) => selection.kind === Kind.FIELD && STOPPING.has(selection.name.value),
    );
  } catch {
    return false;
  }
}
