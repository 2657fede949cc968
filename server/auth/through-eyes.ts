import type { Actor } from "#domain/access/actor.js";
import type { RefusalWatch } from "#domain/access/refusal-watch.js";
import { ForbiddenError } from "#domain/errors.js";
import type { RequestFacts } from "#domain/operation.js";
import type { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import type { Authenticator } from "./authenticate.js";

export interface EyesSources {
  readonly database: Database;
  readonly refusals?: RefusalWatch;
}

/** @param viewAs `x-view-as` over HTTP, `viewAs` of a websocket; undefined is one's own eyes */
export type ThroughEyes = (actor: Actor, facts: RequestFacts, viewAs: unknown) => Promise<Actor>;

/**
 * Who is seen, over every way in; a refusal is explained and on record, as if the caller had asked for a field.
 * @throws ForbiddenError, NotFoundError
 */
export function throughEyesWith(
  authenticator: Authenticator,
  { database, refusals }: EyesSources,
): ThroughEyes {
  return async (actor, facts, viewAs) => {
    try {
      return await authenticator.throughEyes(actor, viewAs);
    } catch (error) {
      if (!(error instanceof ForbiddenError)) throw error;
      return openOperation(database, actor, facts, undefined, refusals).refuse(error, "x-view-as");
    }
  };
}
