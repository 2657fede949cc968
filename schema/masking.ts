import { maskedDeep } from "#domain/masked-address.js";
import type { Operation } from "#domain/operation.js";

/** Does this caller see addresses of leads in part only? */
export const masks = ({ actor }: Operation): boolean => actor.kind === "USER" && actor.masksAddresses;

/** A row as this caller may see it. */
export const shownTo = <T>(op: Operation, view: T): T => (masks(op) ? maskedDeep(view) : view);
