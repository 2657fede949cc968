import { Kind, visit, BREAK, type DocumentNode } from "graphql";

const answers = new WeakMap<DocumentNode, boolean>();

/** Does the document ask about the schema itself? `__typename` does not count. */
export function introspects(document: DocumentNode): boolean {
  const known = answers.get(document);
  if (known !== undefined) return known;
  let found = false;
  visit(document, {
    [Kind.FIELD](node) {
      if (node.name.value !== "__schema" && node.name.value !== "__type") return undefined;
      found = true;
      return BREAK;
    },
  });
  answers.set(document, found);
  return found;
}
