import { anonymous, type Actor } from "#domain/access/actor.js";
import type { RequestFacts } from "#domain/operation.js";
import { hashOfToken } from "#domain/users/index.js";
import type { Person, Sessions } from "./sessions.js";
import type { Tokens } from "./tokens.js";

/** Somebody who is signed in; without `expiresAt` for as long as the session lasts. */
export interface Proven {
  readonly person: Person;
  readonly expiresAt: Date | null;
}

const BEARER = /^Bearer +([\w.~+/=-]+) *$/i;

/** Who speaks? Every way in asks here, and the database has the last word. */
export class Authenticator {
  constructor(
    readonly tokens: Tokens,
    readonly sessions: Sessions,
  ) {}

  /** By an `Authorization` header or the like of it; null when it proves nobody. */
  async byBearer(header: unknown, from?: RequestFacts): Promise<Proven | null> {
    const token = typeof header === "string" ? BEARER.exec(header)?.[1] : undefined;
    const verified = token ? await this.tokens.verify(token) : null;
    const person = verified ? await this.sessions.find(verified, from) : null;
    return person && { person, expiresAt: verified!.expiresAt };
  }

  /** By the refresh cookie, for websockets of the console only: the caller has checked the Origin. */
  async byRefreshToken(token: string | null): Promise<Proven | null> {
    const person = token === null ? null : await this.sessions.ofRefreshToken(hashOfToken(token));
    return person && { person, expiresAt: null };
  }

  /** A request whose token proves nobody is anonymous, so that signing in works with an old token in hand. */
  async actorOf(header: unknown, from?: RequestFacts): Promise<Actor> {
    return (await this.byBearer(header, from))?.person ?? anonymous;
  }

  /**
   * The same person, or whom they want to look through the eyes of: `x-view-as` over HTTP, `viewAs` of a websocket.
   * @throws ForbiddenError, NotFoundError
   */
  async throughEyes(actor: Actor, viewAs: unknown): Promise<Actor> {
    if (viewAs === undefined || actor.kind !== "USER") return actor;
    return this.sessions.viewed(actor, String(viewAs));
  }
}
