import { likeText } from "../../like.js";
import type { Id } from "../../ids.js";
import { statement, type Reader } from "../../operation.js";
import type { AuditSearch, Condition } from "./search.js";

const MOST = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whoever has all words of one of the texts in their name or address; of each text its words stand on lines. */
const ACTORS = statement<{ term: number; id: Id }>(
  "audit_actors",
  `select found.* from unnest($2::text[]) with ordinality t (words, term) cross join lateral (
     select t.term, u.id from membership m join app_user u on u.id = m.user_id
     where m.tenant_id = $1 and u.status <> 'ERASED' and not exists (
       select from unnest(string_to_array(t.words, E'\\n')) w (word)
       where concat_ws(' ', u.name, u.email) not ilike '%' || w.word || '%')
     order by u.name, u.id limit ${MOST}) found`,
);

/** The same search with the ids of whoever its actors are: at most 100 people for each text. */
export async function withActors(reader: Reader, tenantId: Id, search: AuditSearch): Promise<AuditSearch> {
  const asked = search.conditions.filter(({ on }) => on === "actor");
  const texts = [...new Set(asked.flatMap(({ any }) => any))].filter((text) => !UUID.test(text));
  if (asked.length === 0) return search;
  const ids = new Map<string, Id[]>(texts.map((text) => [text, []]));
  if (texts.length > 0) {
    const lines = texts.map((text) => text.split(/\s+/).map(likeText).join("\n"));
    for (const { term, id } of await reader.query(ACTORS, [tenantId, lines]))
      ids.get(texts[term - 1]!)!.push(id);
  }
  const resolved = (condition: Condition): Condition =>
    condition.on !== "actor"
      ? condition
      : { ...condition, any: condition.any.flatMap((text) => ids.get(text) ?? [text.toLowerCase()]) };
  return { ...search, conditions: search.conditions.map(resolved) };
}
