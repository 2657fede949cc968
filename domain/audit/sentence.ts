import type { EventAction } from "../events.js";
import { SENTENCES } from "./sentences.js";
import { Teller, type Called, type Told } from "./teller.js";

/**
 * An entry in one sentence, plain text: "Ada changed the role of Ken from User to Manager".
 * @param viewedAs whose eyes they looked through
 */
export function sentenceOf(told: Told, called: Called, viewedAs?: string): string {
  const teller = new Teller(told, called);
  const sentence = bodyOf(teller, told);
  const eyes = viewedAs === undefined ? "" : ` (through the eyes of ${teller.person(viewedAs)})`;
  return `${sentence}${eyes}`;
}

function bodyOf(teller: Teller, told: Told): string {
  const template = SENTENCES[told.action as EventAction] as (typeof SENTENCES)[EventAction] | undefined;
  // An entry of a release that came after this one, or went before it.
  const said = template ? template(teller) : (["did", "do", told.action] as const);
  if (typeof said === "string") return said;
  const [did, infinitive, what] = said;
  const object = what === "" ? "" : ` ${what}`;
  if (told.outcome === "SUCCESS") return `${teller.who} ${did}${object}`;
  const ended = told.outcome === "DENIED" ? "was refused" : "failed";
  return `${teller.who} tried to ${infinitive}${object}, which ${ended}${teller.because}`;
}
