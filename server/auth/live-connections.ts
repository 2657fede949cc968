import { SESSIONS_CHANNEL, type Bus, type SessionHint } from "#domain/channels.js";
import type { Id } from "#domain/ids.js";
import type { Logger } from "#platform/logger.js";
import { haveSameRights, type Person, type Sessions } from "./sessions.js";

/** graphql-transport-ws: the server no longer accepts this client. */
const FORBIDDEN = 4403;
export const RIGHTS_CHANGED = "The rights have changed";
const MOST_A_USER = 10;
/** A hint can get lost with Redis; this often all sessions with an open socket are looked up in one read. */
const SWEEP_MS = 500;
/** For so long a look at all sessions lets those be told something whose own was not asked for. */
const CHECK_HOLDS_MS = 1000;
/** setTimeout knows no longer waits. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** What can be closed, with a code and reason of RFC 6455. */
export interface LiveConnection {
  close(code: number, reason: string): void;
}

interface Entry {
  readonly person: Person;
  readonly connection: LiveConnection;
  readonly expiry: NodeJS.Timeout | undefined;
}

/** The open sockets of every session, so that they end with it: at sign-out, suspension, other rights, or token expiry. */
export class LiveConnections {
  private readonly entries = new Set<Entry>();
  private readonly hints;
  private readonly sweeper: NodeJS.Timeout;
  private isSweeping = false;
  private isBlind = false;
  /** When the last look that succeeded began, by performance.now(). */
  private checkedAt = performance.now();

  constructor(
    private readonly sessions: Sessions,
    bus: Bus,
    private readonly log: Logger,
  ) {
    this.hints = bus.subscribe<SessionHint>(SESSIONS_CHANNEL);
    this.listen().catch((error: unknown) =>
      log.error({ err: error }, "session hints are not heard any more"),
    );
    this.sweeper = setInterval(() => void this.sweep(), SWEEP_MS).unref();
  }

  get count(): number {
    return this.entries.size;
  }

  /** Whether all sessions were looked at within the last second; whoever had none any more has been shown out. */
  get areChecked(): boolean {
    return performance.now() - this.checkedAt <= CHECK_HOLDS_MS;
  }

  /** @returns what takes it off again; null when the person has as many sockets as they may. */
  add(person: Person, connection: LiveConnection, expiresAt: Date | null): (() => void) | null {
    const theirs = [...this.entries].filter((entry) => entry.person.userId === person.userId);
    if (theirs.length >= MOST_A_USER) return null;
    const wait = expiresAt && Math.min(LONGEST_WAIT_MS, Math.max(0, expiresAt.getTime() - Date.now()));
    const expiry =
      wait === null
        ? undefined
        : setTimeout(() => connection.close(FORBIDDEN, "The access token has run out"), wait).unref();
    const entry: Entry = { person, connection, expiry };
    this.entries.add(entry);
    return () => {
      clearTimeout(expiry);
      this.entries.delete(entry);
    };
  }

  async stop(): Promise<void> {
    clearInterval(this.sweeper);
    for (const { expiry } of this.entries) clearTimeout(expiry);
    await this.hints.return?.();
  }

  private async listen(): Promise<void> {
    for await (const hint of this.hints) {
      if ("sessionId" in hint) this.sessions.forget(hint.sessionId);
      else this.sessions.forgetUser(hint.userId);
      const touched = [...this.entries].filter(({ person }) =>
        "sessionId" in hint ? person.sessionId === hint.sessionId : person.userId === hint.userId,
      );
      if (touched.length > 0) await this.check([...new Set(touched.map(({ person }) => person.sessionId))]);
    }
  }

  private async sweep(): Promise<void> {
    if (this.isSweeping) return;
    this.isSweeping = true;
    const startedAt = performance.now();
    const sessionIds = [...new Set([...this.entries].map((entry) => entry.person.sessionId))];
    // Who comes meanwhile has just proved their session.
    if (sessionIds.length === 0 || (await this.check(sessionIds))) this.checkedAt = startedAt;
    this.isSweeping = false;
  }

  /**
   * Closes what has no right to be open any more. Another role, other teams or masked addresses close too: what was
   * opened reads with the rights of then, and the client comes back with those of now.
   * @returns false when there was no answer
   */
  private async check(sessionIds: readonly Id[]): Promise<boolean> {
    try {
      const alive = await this.sessions.alive(sessionIds);
      const asked = new Set(sessionIds);
      this.isBlind = false;
      for (const { person, connection } of this.entries) {
        if (!asked.has(person.sessionId)) continue;
        const now = alive.get(person.sessionId);
        if (!now) connection.close(FORBIDDEN, "The session has ended");
        else if (!haveSameRights(now, person)) connection.close(FORBIDDEN, RIGHTS_CHANGED);
      }
      return true;
    } catch (error) {
      // No answer, no verdict: an event of one's own asks for the session first, and what is shared waits for `areChecked`.
      if (!this.isBlind) this.log.warn({ err: error }, "the sessions of open sockets cannot be checked");
      this.isBlind = true;
      return false;
    }
  }
}
