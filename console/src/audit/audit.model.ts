import type { Introspected } from "../api/graphql";
import { plural } from "../lib/format";
import type { Tone } from "../ui/Tag";

export type Outcome = Introspected<"AuditOutcome">;
export type ActorKind = Introspected<"AuditActorKind">;

const hourMs = 3_600_000;

/** How far back the page looks. */
export const ranges = [
  { value: "1h", label: "1 h", words: "the last hour", ms: hourMs },
  { value: "24h", label: "24 h", words: "the last 24 hours", ms: 24 * hourMs },
  { value: "7d", label: "7 d", words: "the last 7 days", ms: 7 * 24 * hourMs },
  { value: "30d", label: "30 d", words: "the last 30 days", ms: 30 * 24 * hourMs },
  { value: "90d", label: "90 d", words: "the last 90 days", ms: 90 * 24 * hourMs },
  { value: "all", label: "All", words: "all time", ms: Number.POSITIVE_INFINITY },
] as const;
export type Range = (typeof ranges)[number]["value"];
export const usualRange: Range = "7d";

/** What the page is asked to show; all of it stands in the address. */
export interface Ask {
  query: string;
  range: Range;
  /** Instead of the range: moments as ISO text. The end may be open. */
  from?: string;
  to?: string;
}

const longestQuery = 500;
const moment = (text: string) => (Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString());

/** Reads the address; what is not known there counts as not given. */
export function askOf(get: (key: string) => string): Ask {
  const from = moment(get("from"));
  const to = moment(get("to"));
  return {
    query: get("q").trim().slice(0, longestQuery),
    range: ranges.find((each) => each.value === get("range"))?.value ?? usualRange,
    ...(from && { from }),
    ...(from && to && Date.parse(to) > Date.parse(from) && { to }),
  };
}

/** From when to when, in milliseconds; without a beginning where all time is asked for. */
export function windowOf(ask: Ask, nowMs: number): { from?: number; to: number } {
  if (ask.from) return { from: Date.parse(ask.from), to: ask.to ? Date.parse(ask.to) : nowMs };
  const { ms } = ranges.find((each) => each.value === ask.range)!;
  return ms === Number.POSITIVE_INFINITY ? { to: nowMs } : { from: nowMs - ms, to: nowMs };
}

const tenMinutesMs = 600_000;

/**
 * The filter as the API takes it. `chosenAtMs` is when the range was chosen; it counts by ten minutes, so that to look
 * again soon is to look at the same.
 */
export function filterOf(ask: Ask, chosenAtMs: number) {
  const { from } = windowOf(ask, Math.floor(chosenAtMs / tenMinutesMs) * tenMinutesMs);
  return {
    query: ask.query || undefined,
    from: from === undefined ? undefined : new Date(from).toISOString(),
    to: ask.to,
  };
}

/** Can something new still match? Not once the time that is looked at has ended. */
export const isOpenEnded = (ask: Ask) => ask.to === undefined;

/** "the last 7 days", or "the chosen time". */
export const rangeWords = (ask: Ask) =>
  ask.from ? "the chosen time" : ranges.find((each) => each.value === ask.range)!.words;

export const outcomeLabels: Record<Outcome, string> = {
  SUCCESS: "Success",
  DENIED: "Denied",
  FAILED: "Failed",
};

export const outcomeTones: Record<Outcome, Tone> = { SUCCESS: "plain", DENIED: "warn", FAILED: "bad" };

export const kindLabels: Record<ActorKind, string> = {
  USER: "Person",
  JOB: "Background job",
  RECIPIENT: "Recipient",
  OPERATOR: "Operator",
  ANONYMOUS: "Somebody not signed in",
  API_KEY: "API key",
  IDP: "Identity provider",
};

interface Actor {
  kind: ActorKind;
  label: string | null;
  email: string | null;
}

export const actorName = ({ label, email, kind }: Actor) => label ?? email ?? kindLabels[kind];

const pages: Record<string, (id: string) => string> = {
  campaign: (id) => `/campaigns/${id}`,
  user: (id) => `/users?user=${id}`,
  team: (id) => `/teams?team=${id}`,
  lead: (id) => `/leads?lead=${id}`,
  list: (id) => `/leads?list=${id}`,
  import: (id) => `/leads/import/${id}`,
  job: (id) => `/jobs/${id}`,
  queue: (id) => `/jobs?queue=${id}`,
  schedule: () => "/jobs?tab=schedules",
  settings: () => "/settings",
};

/** The page of what something was done to, where there is one. */
export const pageOf = ({ type, id }: { type: string; id: string }): string | undefined =>
  pages[type.toLowerCase()]?.(encodeURIComponent(id));

/** What a target is called: by its name, else by what it is and the end of its id. */
export const targetName = ({ type, id, label }: { type: string; id: string; label: string | null }) =>
  label ?? `${type.replaceAll("_", " ")} ${/^[0-9a-f-]{32,}$/i.test(id) ? id.slice(-8) : id}`;

export interface Counted {
  value: string;
  count: number;
}

/** Actions by their first word, the most frequent first: user.role.changed and user.invited are both of `user`. */
export function actionGroups(actions: readonly Counted[]): (Counted & { actions: Counted[] })[] {
  const groups = new Map<string, Counted[]>();
  for (const action of actions) {
    const name = action.value.split(".", 1)[0] ?? action.value;
    groups.set(name, [...(groups.get(name) ?? []), action]);
  }
  return [...groups]
    .map(([value, members]) => ({
      value,
      count: members.reduce((sum, each) => sum + each.count, 0),
      actions: members,
    }))
    .toSorted((a, b) => b.count - a.count);
}

/** "1,204 entries match", or "more than 10,000 entries match" where nobody counts further. */
export const matchWords = (counted: number, isCapped: boolean) =>
  `${isCapped ? "More than " : ""}${plural(counted, "entry", "entries")}`;

/** 340 ms, 4.2 s, 1 min 5 s. */
export function tookWords(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}
