import {
  claimMessages,
  intendMessage,
  intendMessages,
  recordSentTogether,
  type ClaimedMessage,
  type Intent,
  type IntentAnswer,
  type Sent,
} from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import type { Witness } from "#domain/sending/index.js";
import { batched, type Batched } from "#platform/batched.js";
import type { Database } from "#platform/database/database.js";

/** Lanes in one statement. */
const MOST = 64;
/** Mails that a lane claims at once, or up to twice as many. */
const CLAIM = 10;
/** So long a lane waits for the others, at each of the three; a mail takes many times as long. */
const PATIENCE_MS = 5;

export interface Claim {
  readonly messages: readonly ClaimedMessage[];
  /** Something was due, if only for other lanes: look again. */
  readonly isMore: boolean;
}

/**
 * What the lanes of a process read and write around each mail, together: a statement costs many times what a row of it does,
 * and so does the disk's answer to its commit. A lane that works alone waits for nobody.
 */
export class LedgerWriter {
  private atWork = 0;
  private waiting = 0;
  private readonly claimAll: Batched<Id, Claim>;
  private readonly judge: Batched<Intent, IntentAnswer>;
  private readonly write: Batched<Sent, boolean>;

  constructor(
    private readonly database: Database,
    leaseSeconds: number,
    witness: (() => Witness) | undefined,
  ) {
    const patience = { ms: PATIENCE_MS, isEverybodyHere: () => this.waiting >= this.atWork };
    const claim = async (owners: readonly Id[]): Promise<Claim[]> => {
      // Few different statements: of so many mails as a power of two of lanes would claim.
      const limit = CLAIM * 2 ** Math.ceil(Math.log2(owners.length));
      const rows = await claimMessages(database, owners, limit, leaseSeconds, witness?.());
      return owners.map((owner, n) => ({
        messages: rows.filter(
          ({ lease_owner }) => lease_owner === owner || (lease_owner === null && n === 0),
        ),
        isMore: rows.length > 0,
      }));
    };
    this.claimAll = batched(MOST, claim, patience);
    this.judge = batched(MOST, (intents) => intendMessages(database, intents), patience);
    this.write = batched(MOST, (sent) => recordSentTogether(database, sent), patience);
  }

  /** A lane's round: while it goes on, the others may wait for what it asks. */
  async duringRound<T>(round: () => Promise<T>): Promise<T> {
    this.atWork += 1;
    try {
      return await round();
    } finally {
      this.atWork -= 1;
      this.lookAgain();
    }
  }

  /** @param owner a new id; see `claimMessages` */
  claim(owner: Id): Promise<Claim> {
    return this.asked(() => this.claimAll(owner));
  }

  /** @returns false: it must not be sent; see `intendMessage` */
  intend(intent: Intent): Promise<boolean> {
    return intendMessage(this.database, intent, (one) => this.asked(() => this.judge(one)));
  }

  /** @returns false: it is not known to be written, and is to be written by itself */
  recordSent(sent: Sent): Promise<boolean> {
    // One mail's trouble is not that of the others, and writing it by itself shows whose it was.
    return this.write(sent).catch(() => false);
  }

  /** A lane does nothing else until then. */
  until<T>(written: Promise<T>): Promise<T> {
    return this.asked(() => written);
  }

  private async asked<T>(ask: () => Promise<T>): Promise<T> {
    this.waiting += 1;
    try {
      const answer = ask();
      this.lookAgain();
      return await answer;
    } finally {
      this.waiting -= 1;
    }
  }

  private lookAgain(): void {
    if (this.waiting < this.atWork) return;
    for (const each of [this.claimAll, this.judge, this.write]) each.lookAgain();
  }
}
