import type { Id } from "../../ids.js";
import type { Reader } from "../../operation.js";
import { isCommitment } from "../commitment.js";
import { sentenceOf } from "../sentence.js";
import type { EntryRow } from "../entry-body.js";
import { readBeside, readNames, type Beside, type Known, type Named } from "./known.queries.js";
import type { AuditActorKind, AuditOutcome } from "./search.js";

export interface ActorView {
  readonly kind: AuditActorKind;
  readonly id: Id | null;
  readonly email: string | null;
  /** What to show: an address, the name of a job, "Erased person". */
  readonly label: string | null;
}

export interface TargetView {
  readonly type: string;
  readonly id: string;
  readonly label: string | null;
}

export interface ChangeView {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** An entry as people see it. Times are ISO 8601 text. */
export interface EntryView {
  readonly id: Id;
  readonly seq: number | null;
  readonly at: string;
  readonly action: string;
  readonly sentence: string;
  readonly actor: ActorView;
  readonly onBehalfOf: ActorView | null;
  readonly outcome: AuditOutcome;
  readonly reasonCode: string | null;
  readonly resourceType: string | null;
  readonly resourceId: string | null;
  readonly targets: readonly TargetView[];
  readonly changes: readonly ChangeView[];
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  readonly sessionId: Id | null;
  readonly jobId: Id | null;
  /** Something in it was about a person who has been erased. */
  readonly isErased: boolean;
}

export const ERASED = "Erased person";

/** The entries as people see them, with two reads for all of them. */
export async function viewEntries(
  reader: Reader,
  tenantId: Id,
  entries: readonly EntryRow[],
): Promise<EntryView[]> {
  const [beside, names] = await Promise.all([
    readBeside(reader, entries),
    readNames(reader, tenantId, entries),
  ]);
  return entries.map((entry) => viewOf(entry, beside.get(entry.id) ?? NOTHING, names));
}

interface Context {
  readonly requestId: string;
  readonly ip?: unknown;
  readonly userAgent?: unknown;
  readonly sessionId?: string;
  readonly jobId?: string;
  readonly viewedAs?: string;
}

const NOTHING: Beside = { seq: null, known: {} };

function viewOf(entry: EntryRow, { seq, known }: Beside, names: ReadonlyMap<Id, Named>): EntryView {
  const reveal = new Revealing(known);
  const context = entry.context as Context;
  const actor = actorOf(entry, reveal, names);
  const targets = (entry.targets as TargetView[]).map((target, at) => {
    const label = reveal.text(`targets.${at}.label`, target.label);
    return { type: target.type, id: target.id, label: label ?? nameToday(names.get(target.id), target) };
  });
  const changes = (entry.changes as ChangeView[]).map(({ field, before, after }, at) => ({
    field,
    before: reveal.value(`changes.${at}.before`, before),
    after: reveal.value(`changes.${at}.after`, after),
  }));
  const view = {
    id: entry.id,
    seq,
    at: entry.at,
    action: entry.action,
    actor,
    onBehalfOf: entry.onBehalfOf === null ? null : personOf(entry.onBehalfOf, null, names),
    outcome: entry.outcome as AuditOutcome,
    reasonCode: entry.reasonCode,
    resourceType: targets[0]?.type ?? null,
    resourceId: targets[0]?.id ?? null,
    targets,
    changes,
    ip: reveal.text("context.ip", context.ip),
    userAgent: reveal.text("context.userAgent", context.userAgent),
    requestId: context.requestId,
    sessionId: context.sessionId ?? null,
    jobId: context.jobId ?? null,
    isErased: reveal.isMissing,
  };
  const called = (id: string | null | undefined) => (id == null ? undefined : names.get(id));
  return { ...view, sentence: sentenceOf(view, called, context.viewedAs) };
}

/** Puts what is still known in the place of commitments, and notices what is not known any more. */
class Revealing {
  isMissing = false;
  constructor(private readonly known: Known) {}

  value(path: string, stored: unknown): unknown {
    if (!isCommitment(stored)) return stored ?? null;
    const revealed = this.known[path];
    if (!revealed) this.isMissing = true;
    return revealed?.[1] ?? null;
  }

  text(path: string, stored: unknown): string | null {
    const value = this.value(path, stored);
    return value === null ? null : String(value);
  }
}

function actorOf(entry: EntryRow, reveal: Revealing, names: ReadonlyMap<Id, Named>): ActorView {
  const kind = entry.actorKind as AuditActorKind;
  const label = reveal.text("actor.label", entry.actorLabel);
  return kind === "USER" && entry.actorId !== null
    ? personOf(entry.actorId, label, names)
    : { kind, id: entry.actorId, email: null, label };
}

function personOf(id: Id, recorded: string | null, names: ReadonlyMap<Id, Named>): ActorView {
  const today = names.get(id);
  const email = recorded ?? (today && !today.isErased ? today.email : null);
  return { kind: "USER", id, email, label: email ?? ERASED };
}

function nameToday(named: Named | undefined, { type }: TargetView): string | null {
  if (named?.isErased) return ERASED;
  return named ? (type === "user" ? named.email : named.name) : null;
}
