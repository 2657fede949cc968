import { registerEnumType } from "type-graphql";

/** A GraphQL enum whose values are the names themselves, as the domain knows them. */
export function enumOf<T extends string>(
  name: string,
  values: readonly T[],
  description?: string,
): { readonly [V in T]: V } {
  const members = Object.fromEntries(values.map((value) => [value, value])) as { readonly [V in T]: V };
  registerEnumType(members, { name, ...(description && { description }) });
  return members;
}
