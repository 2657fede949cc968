import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from "graphql";

/** Whether the caller asks for one of these fields of what a root field answers. */
export function selects({ fieldNodes, fragments }: GraphQLResolveInfo, names: readonly string[]): boolean {
  const isIn = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.some((each) =>
      each.kind === Kind.FIELD
        ? names.includes(each.name.value)
        : isIn(
            each.kind === Kind.INLINE_FRAGMENT ? each.selectionSet : fragments[each.name.value]?.selectionSet,
          ),
    ) ?? false;
  return fieldNodes.some(({ selectionSet }) => isIn(selectionSet));
}
