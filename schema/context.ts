import type { ProofDesk } from "#domain/audit/proof-desk.js";
import type { SealingKey } from "#domain/audit/seal.js";
import type { Bus } from "#domain/channels.js";
import type { MailRoom } from "#domain/emails/index.js";
import type { HealthSource } from "#domain/health/index.js";
import type { Id } from "#domain/ids.js";
import type { Operation } from "#domain/operation.js";
import type { SignInThrottle } from "#domain/users/index.js";
import type { LiveJobs } from "./jobs/live-jobs.js";
import type { Loaders } from "./loaders.js";

/** Who an access token speaks for. */
export interface SessionClaims {
  readonly userId: Id;
  readonly sessionId: Id;
  readonly tenantId: Id;
}

export interface AccessToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

/** What signing in, refreshing and signing out need of the transport: a token to hand out and the refresh cookie. */
export interface SessionGate {
  /** The refresh cookie of this request; null when there is none, and always on a websocket. */
  readonly refreshToken: string | null;
  issue(claims: SessionClaims): Promise<AccessToken>;
  setRefreshToken(token: string, sessionId: Id, expiresAt: Date): void;
  clearRefreshToken(): void;
}

/** What `rateLimit` tells. */
export interface Budget {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  readonly resetAt: Date;
  readonly cost: number;
  readonly nodeCount: number;
}

/**
 * All that a resolver may hold, handed in by the server. It lives as long as one document does: on a websocket a
 * subscription gets a new one for each event, so that loaders read again and the actor is the one of that moment.
 */
export interface SchemaContext {
  readonly op: Operation;
  readonly loaders: Loaders;
  readonly bus: Bus;
  readonly health: HealthSource;
  readonly liveJobs: LiveJobs;
  readonly proofDesk: ProofDesk;
  /** Makes mails that have left once more. */
  readonly mailRoom: MailRoom;
  /** Signs receipts: the key that seals the record. */
  readonly receiptKey: SealingKey;
  readonly session: SessionGate;
  /** Slows guessing down wherever a password is checked. */
  readonly throttle: SignInThrottle;
  /** The caller's points of this minute, and what this document costs of them. */
  readonly budget: Budget;
  /** Work that the answer does not wait for; what goes wrong is reported. */
  later(work: Promise<unknown>): void;
  /** Tells the log (and whoever is on call) about a fault that the caller must not see. */
  report(error: unknown, where: string): void;
}
