import { setTimeout as sleep } from "node:timers/promises";
import { reserveSuspect, type Suspect } from "#domain/jobs/claim.queries.js";
import type { Reader } from "#domain/operation.js";
import type { Logger } from "#platform/logger.js";
import { repeat, type Repetition } from "#platform/repeat.js";
import type { Lanes } from "./emails/lanes.js";
import type { Place } from "./places.js";
import type { RunnerParts } from "./runner.js";

/**
 * When a worker ends, nobody knows which of the jobs that ran in it was to blame: all of them are suspects. A suspect
 * begins only where nothing else runs, neither a job nor a mail. So the poison is soon the only one that is suspected
 * a second time, and what was merely beside it is done. Suspects take turns: a long one is set aside for the next.
 */
export interface SuspectsParts {
  readonly database: Reader;
  readonly places: readonly Place[];
  readonly handlers: RunnerParts["handlers"];
  readonly lanes: Pick<Lanes, "hold" | "release" | "isIdle">;
  readonly log: Logger;
  readonly limits?: Partial<SuspectLimits>;
}

export interface SuspectLimits {
  /** A suspect that has run alone for so long gets company: an honest import must not keep all else waiting for an hour. */
  readonly aloneMs: number;
  /** What runs may end by itself for so long, before it is set aside. */
  readonly patienceMs: number;
}

const LIMITS: SuspectLimits = { aloneMs: 10_000, patienceMs: 5_000 };
const LOOK_EVERY_MS = 1_000;
/** What is set aside gets so long to end. */
const SET_ASIDE_MS = 5_000;
/** Longer than it takes to make room. Whoever does not get to it leaves the suspect to the others after that. */
const RESERVED_SECONDS = 30;
/** One after the other while there is room, for so long. */
const MOST_ROOM_MS = 30_000;
const POLL_MS = 20;

export function watchSuspects(parts: SuspectsParts): Repetition {
  const stopping = new AbortController();
  const turn: Turn = { ms: aloneMs(parts), endsAt: 0 };
  const looking = repeat(
    "the look at suspects",
    () => look({ ...parts, turn, isStopping: () => stopping.signal.aborted }),
    parts.log,
  );
  return {
    wake: looking.wake,
    stop() {
      stopping.abort();
      return looking.stop();
    },
  };
}

/** While a suspect runs no other may begin; it is not set aside for another before this. */
interface Turn {
  /** Doubled whenever one is set aside, so that what has no checkpoint comes to its end at last. */
  ms: number;
  endsAt: number;
}

type Look = SuspectsParts & { readonly turn: Turn; isStopping(): boolean };

const aloneMs = ({ limits }: Pick<SuspectsParts, "limits">): number => limits?.aloneMs ?? LIMITS.aloneMs;

async function look(parts: Look): Promise<number> {
  const { places, lanes, turn } = parts;
  const isTurn = places.some(({ slots }) => slots.hasSuspect());
  if (isTurn && performance.now() < turn.endsAt) return LOOK_EVERY_MS;
  const first = await nextSuspect(parts);
  if (isTurn && first) turn.ms *= 2;
  if (!isTurn && !first) turn.ms = aloneMs(parts);
  if (!first) return LOOK_EVERY_MS;
  const all = [...places.map(({ slots }) => slots), lanes];
  for (const each of all) each.hold();
  try {
    if (await isRoomMade(parts)) await runAlone(parts, first);
  } finally {
    for (const each of all) each.release();
  }
  return LOOK_EVERY_MS;
}

function nextSuspect({ database, places, handlers }: Look): Promise<Suspect | null> {
  const queues = places.map(({ name }) => name);
  const versions = [...handlers.values()].map(({ type, version }) => [type, version] as const);
  return reserveSuspect(database, queues, RESERVED_SECONDS, Object.fromEntries(versions));
}

async function isRoomMade({ places, lanes, log, limits, isStopping }: Look): Promise<boolean> {
  const isEmpty = () => lanes.isIdle() && places.every(({ slots }) => slots.isIdle());
  if (await within(limits?.patienceMs ?? LIMITS.patienceMs, isEmpty, isStopping)) return true;
  if (isStopping()) return false;
  for (const { slots } of places) slots.setAside();
  if (await within(SET_ASIDE_MS, isEmpty, isStopping)) return true;
  if (!isStopping()) log.warn("a suspect waits: what runs does not make room for it");
  return false;
}

/** As long as each ends while it is alone. */
async function runAlone(parts: Look, first: Suspect): Promise<void> {
  const { places, log, turn, isStopping } = parts;
  const roomUntil = performance.now() + MOST_ROOM_MS;
  let suspect: Suspect | null = first;
  while (suspect && !isStopping()) {
    const { id, queue } = suspect;
    const { slots } = places.find(({ name }) => name === queue)!;
    log.info({ job: id }, "a suspect runs alone");
    let hasEnded = false;
    const end = () => void (hasEnded = true);
    turn.endsAt = performance.now() + turn.ms;
    slots.runSuspect(id).then(end, end);
    if (!(await within(aloneMs(parts), () => hasEnded, isStopping))) return;
    suspect = performance.now() < roomUntil ? await nextSuspect(parts) : null;
  }
}

async function within(ms: number, isSo: () => boolean, isStopping: () => boolean): Promise<boolean> {
  for (const end = performance.now() + ms; !isSo(); await sleep(POLL_MS))
    if (isStopping() || performance.now() > end) return false;
  return true;
}
