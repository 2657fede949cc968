import type { Condition, Wanted } from "./search.js";

/** SQL with its values: texts from outside never stand in it. */
export class Sql {
  readonly values: unknown[] = [];

  /** Adds a value. @returns its parameter */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

// Looked up for each entry; the planner would rather gather all that have it.
const ALONE = " offset 0";
const IP = "(p.fields -> 'context.ip' ->> 1)";
const TYPE = "(e.targets -> 0 ->> 'type')";
const ID = "(e.targets -> 0 ->> 'id')";

/**
 * @param tenant its parameter; the entry is `e`
 * @param isAlone judged for each entry that comes by, not gathered beforehand
 */
export function conditionSql(
  sql: Sql,
  tenant: string,
  { on, any, isNegated }: Condition,
  isAlone: boolean,
): string {
  const not = isNegated ? "not " : "";
  switch (on) {
    case "action":
      return `${not}${among("e.action", any, sql)}`;
    case "outcome":
      return `${not}${amongWords("e.outcome", any)}`;
    case "kind":
      return `${not}${amongWords("e.actor_kind", any)}`;
    case "actor":
      return isNegated
        ? `(e.actor_id is null or not ${among("e.actor_id", any, sql)})`
        : among("e.actor_id", any, sql);
    case "request":
      return `${not}${among("(e.context ->> 'requestId')", any, sql)}`;
    case "session": {
      const isOfSession = among("(e.context ->> 'sessionId')", any, sql);
      // An index finds what is of a session, not what may be of none.
      return isNegated ? `not coalesce(${isOfSession}, false)` : isOfSession;
    }
    case "seq":
      return `${not}(e.id, e.at) in (select l.event_id, l.at from event_leaf l where l.chain_id = ${tenant} and l.seq = any(${sql.add(any)}::bigint[]))`;
    case "resourceType":
      return `${not}${among(TYPE, any, sql)}`;
    case "resourceId":
      return `${not}${among(ID, any, sql)}`;
    case "target":
      return `${not}(${any.map((target) => (isNegated ? contains : isTarget)(sql, targetOf(target))).join(" or ")})`;
    case "ip":
      return `${not}exists (select from event_pii p where p.event_id = e.id and p.at = e.at and p.tenant_id = ${tenant} and ${hasAddress(sql, any)}${isNegated || isAlone ? ALONE : ""})`;
  }
}

/** One value as `=`, so that an index in the order of time is walked; none finds nothing. */
function among(column: string, values: readonly string[], sql: Sql): string {
  if (values.length === 1) return `(${column} = ${sql.add(values[0])})`;
  return `(${column} = any(${sql.add(values)}))`;
}

/** Values of ours, written out: indices over some of them know them. */
const amongWords = (column: string, words: readonly string[]): string =>
  `(${column} in (${words.map((word) => `'${word}'`).join(", ")}))`;

const contains = (sql: Sql, target: Target): string =>
  `e.targets @> ${sql.add(JSON.stringify([target]))}::jsonb`;

/** The first of them, or one of several: each has an index of its own. */
function isTarget(sql: Sql, target: Target): string {
  const { type, id } = target;
  const first = id === undefined ? "" : ` and ${ID} = ${sql.add(id)}`;
  return `((${TYPE} = ${sql.add(type)}${first}) or (jsonb_array_length(e.targets) > 1 and ${contains(sql, target)}))`;
}

interface Target {
  readonly type: string;
  readonly id?: string;
}

function targetOf(text: string): Target {
  const colon = text.indexOf(":");
  return colon < 0 ? { type: text } : { type: text.slice(0, colon), id: text.slice(colon + 1) };
}

/** Of the row `p` of event_pii. */
export function hasAddress(sql: Sql, any: readonly string[]): string {
  const each = any.map((address) =>
    address.endsWith("*")
      ? `${IP} like ${sql.add(`${address.slice(0, -1)}%`)}`
      : `${IP} = ${sql.add(address)}`,
  );
  return `p.fields ? 'context.ip' and (${each.join(" or ")})`;
}

/** The row has every word. Quoted, so that PostgreSQL takes it apart as it took apart the entry. */
export function hasWords(sql: Sql, row: string, words: readonly Wanted[]): string {
  const all = words.map(({ text, isPrefix }) => `${lexeme(text)}${isPrefix ? ":*" : ""}`).join(" & ");
  return `${row}.words @@ to_tsquery('simple', ${sql.add(all)})`;
}

export const lacksWord = (sql: Sql, word: Wanted): string =>
  `not exists (select from event_text n where n.event_id = e.id and n.at = e.at and ${hasWords(sql, "n", [word])}${ALONE})`;

const lexeme = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
