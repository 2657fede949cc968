import { invalid } from "./errors.js";
import { isPlainText } from "./plain-text.js";

/** No key is fine. @throws InvalidInputError for what is none */
export function demandIdempotencyKey(key: string | null | undefined): void {
  if (key == null || (key.length >= 1 && key.length <= 200 && isPlainText(key))) return;
  const sentence = "idempotencyKey must have 1 to 200 characters of plain text.";
  throw invalid(["idempotencyKey"], "length", sentence, key);
}
