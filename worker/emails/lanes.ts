import { messageIdKey } from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import type { Witness } from "#domain/sending/index.js";
import type { Bus } from "#domain/channels.js";
import type { Database } from "#platform/database/database.js";
import type { Logger } from "#platform/logger.js";
import { SmtpLane, type SmtpLaneOptions } from "#platform/mail/smtp-lane.js";
import { parseSmtpUrl } from "#platform/mail/smtp-settings.js";
import { Bell } from "./bell.js";
import { CampaignHints } from "./campaign-hints.js";
import { FrozenVersions } from "./frozen-versions.js";
import { Lane, type LaneContext } from "./lane.js";
import { LedgerWriter } from "./ledger-writer.js";
import { Leases } from "./leases.js";
import { untilBack } from "#platform/until-back.js";

export interface LanesOptions {
  /** Its pool should have two connections more than there are lanes. */
  readonly database: Database;
  readonly smtpUrl: string;
  /** Where the links of mails lead, without a slash at its end. */
  readonly publicUrl: string;
  readonly bus: Bus;
  readonly log: Logger;
  /** Mails that are on their way at the same time. */
  readonly lanes: number;
  /** How long after its death a process's messages are taken over. Default 15 s. */
  readonly leaseSeconds?: number;
  /** What is known outside the database of how far it is: nothing is claimed from a copy of it. */
  readonly witness?: () => Witness;
  readonly smtp?: SmtpLaneOptions;
  /** Told when nothing is due any more: the campaigns that were mailed since it was last told. */
  readonly onIdle?: (campaignIds: readonly Id[]) => void | Promise<void>;
}

export interface Lanes {
  /** There is work, or may be: look now. Without it they look every half second. */
  wake(): void;
  /** Lanes that are at a batch. */
  busy(): number;
  size(): number;
  /** Nothing new begins until `release`; what is claimed and not begun is given back. */
  hold(): void;
  release(): void;
  /** No lane is at a batch, or about to claim one. */
  isIdle(): boolean;
  /** When the lane that is furthest behind took its last step, by performance.now(). */
  lastMoved(): number;
  /** From now on so many; a lane that is not wanted any more finishes its batch. */
  resize(size: number): void;
  /** Finishes the mails that are on their way, gives back what was only claimed, closes the connections. */
  stop(): Promise<void>;
}

/** After being told to stop, answers of mail servers are still written down for this long. */
const LAST_WORDS_MS = 20_000;

/** @throws Error when smtpUrl is not one */
export function startLanes(options: LanesOptions): Lanes {
  const { database, log } = options;
  const settings = parseSmtpUrl(options.smtpUrl);
  const hints = new CampaignHints(options.bus);
  const bell = new Bell();
  const idle = new IdleNotice(options.onIdle, log);
  const takenOver = (campaignId: Id) => {
    hints.note(campaignId, null);
    // They may have been its last ones.
    idle.mailed.add(campaignId);
  };
  const leases = new Leases(database, options.leaseSeconds ?? 15, takenOver, log);
  let stopAt = Infinity;
  let size = options.lanes;
  let isHeld = false;

  const context = (key: Uint8Array): LaneContext => ({
    database,
    ledger: new LedgerWriter(database, leases.seconds, options.witness),
    leases,
    versions: new FrozenVersions(database),
    hints,
    bell,
    log,
    signing: { key, publicUrl: options.publicUrl },
    isStopping: () => stopAt < Infinity,
    isHeld: () => isHeld,
    isOutOfTime: () => performance.now() > stopAt + LAST_WORDS_MS,
    ranDry: () => idle.tell(),
    mailed: (campaignId) => idle.mailed.add(campaignId),
  });
  const lanes: Lane[] = [];
  const ends: Promise<void>[] = [];
  let shared: LaneContext | null = null;
  const startMissing = (): void => {
    if (!shared || stopAt < Infinity) return;
    while (lanes.length < size) {
      const place = lanes.length;
      const lane = new Lane(shared, new SmtpLane(settings, options.smtp), () => place < size);
      lanes.push(lane);
      ends.push(lane.run());
    }
  };
  const run = async (): Promise<void> => {
    const key = await untilBack(
      () => messageIdKey(database),
      () => stopAt < Infinity,
    );
    shared = context(key);
    startMissing();
  };
  leases.start();
  const running = run().catch((error: unknown) => log.error({ err: error }, "the lanes ended"));

  return {
    wake: () => bell.ring(),
    busy: () => lanes.filter((lane) => lane.isBusy).length,
    size: () => size,
    hold: () => void (isHeld = true),
    release() {
      isHeld = false;
      bell.ring();
    },
    isIdle: () => !lanes.some((lane) => lane.isInRound),
    lastMoved: () => Math.min(performance.now(), ...lanes.map((lane) => lane.movedAt)),
    resize(wanted) {
      size = wanted;
      startMissing();
    },
    async stop() {
      stopAt = Math.min(stopAt, performance.now());
      bell.ring();
      await running;
      await Promise.all(ends);
      await leases.stop();
      hints.flush();
    },
  };
}

class IdleNotice {
  readonly mailed = new Set<Id>();

  constructor(
    private readonly onIdle: LanesOptions["onIdle"],
    private readonly log: Logger,
  ) {}

  tell(): void {
    if (this.mailed.size === 0) return;
    const campaignIds = [...this.mailed];
    this.mailed.clear();
    Promise.resolve(this.onIdle?.(campaignIds)).catch((error: unknown) =>
      this.log.error({ err: error }, "campaigns that ran dry could not be looked at"),
    );
  }
}
