import { v7 } from "uuid";
import * as v from "valibot";

/** A UUID v7 (RFC 9562): sorts by the time it was made. */
export type Id = string;

export const newId = (): Id => v7();

export const IdSchema = v.pipe(v.string(), v.uuid("must be an id"));
