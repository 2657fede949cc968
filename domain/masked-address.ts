const ADDRESS = /([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+)@((?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]+)/gu;

/** Every address in a text with only its first character and its domain left: j***@example.com. */
export function maskAddresses(text: string): string {
  return text.replaceAll(ADDRESS, (_address, local: string, domain: string) => `${local[0]}***@${domain}`);
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
