/** What the part before the @ is made of, in any script; a quoted part may hold anything (RFC 5321 and 6531). */
const LOCAL = String.raw`[^\s@<>()[\],;:"]`;
const HOST = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?|\[[^\]\s]*\]`;
// Begins only where such a part begins, so that a long text without an @ is walked through once.
const ADDRESS = new RegExp(`(?<!${LOCAL})("[^"\\n]*"|${LOCAL}+)@(${HOST})`, "gu");

/** Every address in a text with only its first character and its domain left: j***@example.com. */
export function maskAddresses(text: string): string {
  if (!text.includes("@")) return text;
  return text.replaceAll(ADDRESS, (_address, local: string, host: string) => {
    const [first = ""] = local.replace(/^"/, "");
    return `${first}***@${host}`;
  });
}

/** The same for all texts of a value, however deep. */
export function maskedDeep<T>(value: T): T {
  if (typeof value === "string") return maskAddresses(value) as T;
  if (Array.isArray(value)) return value.map((item) => maskedDeep<unknown>(item)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, maskedDeep<unknown>(inner)]),
  ) as T;
}
