import canonicalize from "canonicalize";

/**
 * The canonical JSON of RFC 8785. The engine's own serializer writes it where all keys stand in order, and is twice as fast
 * as the library, which has what is left: keys that an object cannot keep in order, and what has no such form.
 * @throws Error for text with half a character in it, and for numbers that are none
 */
export function canonicalText(value: unknown): string {
  const ordered = inOrder(value);
  return ordered === ODD ? canonicalize(value)! : JSON.stringify(ordered);
}

const ODD = Symbol("not to be put in order by us");

/** The value itself where its keys are in order, else a copy. */
function inOrder(value: unknown): unknown {
  if (typeof value === "string") return value.isWellFormed() ? value : ODD;
  if (value === null || typeof value === "boolean" || Number.isFinite(value)) return value;
  if (typeof value !== "object") return ODD;
  return Array.isArray(value)
    ? listInOrder(value)
    : objectInOrder(value as Readonly<Record<string, unknown>>);
}

function listInOrder(list: readonly unknown[]): unknown {
  let copy: unknown[] | null = null;
  for (const [at, item] of list.entries()) {
    const ordered = inOrder(item);
    if (ordered === ODD) return ODD;
    if (ordered !== item) (copy ??= [...list])[at] = ordered;
  }
  return copy ?? list;
}

function objectInOrder(object: Readonly<Record<string, unknown>>): unknown {
  let last = "";
  let isSorted = true;
  for (const key in object) {
    if (isOdd(key)) return ODD;
    isSorted &&= key >= last;
    last = key;
  }
  let copy: Record<string, unknown> | null = isSorted ? null : {};
  for (const key of isSorted ? Object.keys(object) : Object.keys(object).sort()) {
    const ordered = inOrder(object[key]);
    if (ordered === ODD) return ODD;
    if (copy !== null || ordered !== object[key]) (copy ??= { ...object })[key] = ordered;
  }
  return copy ?? object;
}

/** Numbers come first in every object, whatever was asked for, and one name is the engine's own. */
const isOdd = (key: string): boolean =>
  (key >= "0" && key < ":") || key === "__proto__" || !key.isWellFormed();
