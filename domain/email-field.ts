import * as v from "valibot";
import { emailFault } from "./email-address.js";

/** An input that is one plain address (see `emailFault`). */
export const EmailField = v.pipe(
  v.string("Must be an e-mail address."),
  v.trim(),
  v.nonEmpty("Enter an e-mail address."),
  v.rawCheck(({ dataset, addIssue }) => {
    // That it is empty has been said.
    if (!dataset.typed || dataset.value === "") return;
    const fault = emailFault(dataset.value);
    if (fault) addIssue({ message: fault });
  }),
);
