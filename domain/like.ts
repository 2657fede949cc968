/** A search text for `ilike '%' || $n || '%'`: what means something in a pattern is meant literally; none is null. */
export function likeText(text: string | null | undefined): string | null {
  return text ? text.replace(/[\\%_]/g, "\\$&") : null;
}
