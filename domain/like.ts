import { invalid } from "./errors.js";
import { isPlainText } from "./plain-text.js";

/** A search text for `ilike '%' || $n || '%'`: what means something in a pattern is meant literally; none is null. @throws InvalidInputError */
export function likeText(text: string | null | undefined): string | null {
  if (text && !isPlainText(text))
    throw invalid(
      ["filter", "text"],
      "check",
      "Must be text: it has NUL characters or broken Unicode in it.",
      text,
    );
  return text ? text.replace(/[\\%_]/g, "\\$&") : null;
}
