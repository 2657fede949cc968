import type { Actor } from "../access/actor.js";
import type { EventAction, EventFacts, EventTarget, FieldChange } from "../events.js";
import type { Id } from "../ids.js";
import type { RequestFacts } from "../unit-of-work.js";
import { commit, type Commitment, type Revealed } from "./commitment.js";
import { recorded, recordedValue } from "./recorded-text.js";

/** Who did it, and from where. */
export interface EntryOrigin {
  readonly actor: Actor;
  readonly request: RequestFacts;
  /** Whoever the product works for, where it acts itself. */
  readonly onBehalfOf: Id | null;
}

/** The columns of an entry that are not the database's to give, and the personal values that go beside it. */
export interface NewEntry {
  readonly action: EventAction;
  readonly actorKind: Actor["kind"];
  readonly actorId: Id | null;
  readonly actorLabel: string | Commitment | null;
  readonly onBehalfOf: Id | null;
  readonly targets: readonly object[];
  readonly outcome: "SUCCESS" | "DENIED" | "FAILED";
  readonly reasonCode: string | null;
  readonly changes: readonly object[];
  readonly context: object;
  /** One for each person it tells of. */
  readonly pii: readonly { readonly subjectId: Id; readonly fields: Readonly<Record<string, Revealed>> }[];
}

/** Whom a value is about that has no id, e.g. the address of somebody who failed to sign in. */
export const NOBODY: Id = "00000000-0000-0000-0000-000000000000";
const PEOPLE: ReadonlySet<string> = new Set(["user", "lead", "suppression"]);
const PERSONAL =
  /^(email|name|firstName|lastName|company|title|phone|timezone|customFields|tags)$|^custom(Fields)?\./;
const SECRET = /password|secret|token|apikey|privatekey/i;

/** A fact as it goes on record: what is about a person committed to, what is secret left out. */
export function newEntry(origin: EntryOrigin, action: EventAction, facts: EventFacts): NewEntry {
  const { request } = origin;
  const actor = realActor(origin.actor);
  const actorId = actor.kind === "USER" ? actor.userId : null;
  const beside = new Beside();
  const whose = actorId ?? personIn(facts.targets) ?? NOBODY;
  const besideOrigin = (path: string, text: string | undefined) =>
    text === undefined || text === "" ? undefined : beside.keep(whose, path, recorded(text));
  const ip = besideOrigin("context.ip", request.ip);
  const userAgent = besideOrigin("context.userAgent", request.userAgent);
  return {
    action,
    actorKind: actor.kind,
    actorId,
    actorLabel:
      actor.kind === "USER"
        ? beside.keep(actor.userId, "actor.label", actor.email)
        : actor.kind === "RECIPIENT"
          ? beside.keep(actor.leadId, "actor.label", actor.email)
          : actor.kind === "ANONYMOUS"
            ? null
            : recorded(actor.name),
    onBehalfOf: origin.onBehalfOf,
    targets: facts.targets.map((target, at) => targetOf(target, at, beside)),
    outcome: facts.outcome ?? "SUCCESS",
    reasonCode: facts.reasonCode == null ? null : recorded(facts.reasonCode),
    changes: (facts.changes ?? []).map((change, at) => changeOf(change, at, facts.targets, beside)),
    context: {
      requestId: request.requestId,
      ...(ip && { ip }),
      ...(userAgent && { userAgent }),
      ...(request.jobId && { jobId: request.jobId }),
      ...(actor.kind === "USER" && { sessionId: actor.sessionId }),
      ...(actor !== origin.actor && origin.actor.kind === "USER" && { viewedAs: origin.actor.userId }),
    },
    pii: beside.all(),
  };
}

function targetOf({ type, id, label }: EventTarget, at: number, beside: Beside): object {
  if (label == null) return { type, id };
  const text = recorded(label);
  return { type, id, label: PEOPLE.has(type) ? beside.keep(id, `targets.${at}.label`, text) : text };
}

function changeOf(
  { field, before, after, personal }: FieldChange,
  at: number,
  targets: readonly EventTarget[],
  beside: Beside,
): object {
  if (SECRET.test(field)) return { field, before: null, after: "changed" };
  const main = targets[0];
  const isPersonal = personal ?? (main !== undefined && PEOPLE.has(main.type) && PERSONAL.test(field));
  const side = (name: "before" | "after", value: unknown) => {
    const shown = recordedValue(value);
    if (!isPersonal || shown === null) return shown;
    return beside.keep(personIn(targets) ?? NOBODY, `changes.${at}.${name}`, shown);
  };
  return { field: recorded(field), before: side("before", before), after: side("after", after) };
}

/** Whose data it is when the entry does not say otherwise. */
const personIn = (targets: readonly EventTarget[]): Id | null =>
  targets.find(({ type }) => PEOPLE.has(type))?.id ?? null;

/** Whoever looks through another's eyes is who acts. */
function realActor(actor: Actor): Actor {
  if (actor.kind !== "USER" || actor.viewedBy === null) return actor;
  return { ...actor, userId: actor.viewedBy.userId, email: actor.viewedBy.email, viewedBy: null };
}

/** What is kept beside an entry, by person. */
class Beside {
  private readonly bySubject = new Map<Id, Record<string, Revealed>>();

  keep(subjectId: Id, path: string, value: unknown): Commitment {
    const { commitment, revealed } = commit(value);
    const fields = this.bySubject.get(subjectId) ?? {};
    fields[path] = revealed;
    this.bySubject.set(subjectId, fields);
    return commitment;
  }

  all(): NewEntry["pii"] {
    return [...this.bySubject].map(([subjectId, fields]) => ({ subjectId, fields }));
  }
}
