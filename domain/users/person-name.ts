import * as v from "valibot";
import { plainText } from "../plain-text.js";

/** How a person is called: one line. */
export const PersonName = v.pipe(
  v.string(),
  plainText,
  v.trim(),
  v.nonEmpty("Enter a name."),
  v.maxLength(120, "A name has at most 120 characters."),
  v.check((name) => !/\p{Cc}/u.test(name), "A name is a single line."),
);
