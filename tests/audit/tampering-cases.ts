/** The entry with this number in the chain $1. */
export const EVENT = (seq: number) =>
  `(select event_id from event_leaf where chain_id = $1 and seq = ${seq})`;

/** Another value of each column, in SQL; a column that is added later must be listed. */
export const EDITS: Readonly<Record<string, string>> = {
  id: "gen_random_uuid()",
  tenant_id: "gen_random_uuid()",
  at: "at + interval '1 microsecond'",
  action: "'campaign.resumed'",
  actor_kind: "'OPERATOR'",
  actor_id: "gen_random_uuid()",
  actor_label: `'{"sha256": "${"0".repeat(64)}"}'`,
  on_behalf_of: "gen_random_uuid()",
  targets: "jsonb_set(targets, '{0,label}', '\"Campaign 50\"')",
  outcome: "'DENIED'",
  reason_code: "'NOT_ALLOWED'",
  changes: "jsonb_set(changes, '{0,after}', '\"CANCELLED\"')",
  context: 'context || \'{"requestId": "another"}\'',
  schema_version: "schema_version + 1",
};
/** Of these two the entry is no longer found where its leaf says. */
export const KEYS = ["id", "at"];

export const REMOVE = (where: string): string[] => [
  `delete from event where id in (select event_id from event_leaf where chain_id = $1 and ${where})`,
  `delete from event_leaf where chain_id = $1 and ${where}`,
];

/** $1 is the chain, $2 a hash of nothing, $3 an id. */
export interface Case {
  readonly name: string;
  readonly statements: readonly string[];
  readonly places: readonly unknown[];
  readonly message: string;
}

export const CASES: readonly Case[] = [
  {
    name: "the first entry is deleted",
    statements: REMOVE("seq = 1"),
    places: [["entry-missing", 1, 1]],
    message: "seq 1: the entry is missing.",
  },
  {
    name: "entries in the middle are deleted",
    statements: REMOVE("seq in (5, 6)"),
    places: [
      ["entry-missing", 5, 2],
      ["entry-missing", 6, 2],
    ],
    message: "seq 5: the entry is missing.",
  },
  {
    name: "an entry is deleted and its leaf stays",
    statements: [`delete from event where id = ${EVENT(8)}`],
    places: [["entry-missing", 8, 3]],
    message: "seq 8: the entry is missing.",
  },
  {
    name: "the last entry is deleted and its seal stays",
    statements: REMOVE("seq = 10"),
    places: [["entry-missing", 10, 4]],
    message: "seq 10: the entry is missing.",
  },
  {
    name: "two entries change places",
    statements: [
      "update event_leaf set seq = case seq when 5 then 8 else 5 end where chain_id = $1 and seq in (5, 8)",
    ],
    places: [
      ["leaves", null, 2],
      ["leaves", null, 3],
    ],
    message: "seal 2 (seq 4 to 6): the leaves are not those that were sealed.",
  },
  {
    name: "two neighbours change places, and their leaves stay",
    statements: [
      `create temp table pair as select event_id, at, seq from event_leaf where chain_id = $1 and seq in (5, 6)`,
      "update event_leaf l set event_id = gen_random_uuid() where chain_id = $1 and seq in (5, 6)",
      "update event_leaf l set event_id = p.event_id, at = p.at from pair p where chain_id = $1 and l.seq = 11 - p.seq",
      "drop table pair",
    ],
    places: [
      ["entry-changed", 5, 2],
      ["entry-changed", 6, 2],
    ],
    message: "seq 5: the entry is not what was sealed.",
  },
  {
    name: "an entry is there twice, each with a leaf",
    statements: [
      `insert into event select (jsonb_populate_record(e, jsonb_build_object('id', $3::uuid))).* from event e where id = ${EVENT(5)}`,
      "insert into event_leaf select chain_id, seq, $3::uuid, at, leaf from event_leaf where chain_id = $1 and seq = 5",
    ],
    places: [["entry-repeated", 5, 2]],
    message: "seq 5: there is more than one entry of this number.",
  },
  {
    name: "an entry is added that was never sealed",
    statements: [
      `insert into event select (jsonb_populate_record(e, jsonb_build_object('id', $3::uuid))).* from event e where id = ${EVENT(5)}`,
    ],
    places: [["entry-unsealed", null, null]],
    message: "was never sealed, and does not wait for it.",
  },
  {
    name: "an entry is added behind the last seal",
    statements: [
      `insert into event select (jsonb_populate_record(e, jsonb_build_object('id', $3::uuid))).* from event e where id = ${EVENT(5)}`,
      "insert into event_leaf select chain_id, 11, $3::uuid, at, leaf from event_leaf where chain_id = $1 and seq = 5",
    ],
    places: [["entry-place", 11, null]],
    message: "seq 11: no seal has a place for this entry",
  },
  {
    name: "entries are numbered anew to hide one that is gone",
    statements: [...REMOVE("seq = 2"), "update event_leaf set seq = seq - 1 where chain_id = $1 and seq > 2"],
    places: [
      ["leaves", null, 1],
      ["leaves", null, 2],
      ["leaves", null, 3],
      ["entry-missing", 10, 4],
    ],
    message: "seal 1 (seq 1 to 3): the leaves are not those that were sealed.",
  },
  {
    name: "an entry and its leaf are dated back",
    statements: [
      `update event set at = at - interval '1 hour' where id = ${EVENT(5)}`,
      "update event_leaf set at = at - interval '1 hour' where chain_id = $1 and seq = 5",
    ],
    places: [["entry-changed", 5, 2]],
    message: "seq 5: the entry is not what was sealed.",
  },
  {
    name: "an entry is moved to another organisation with its leaf",
    statements: [
      `update event set tenant_id = $3 where id = ${EVENT(5)}`,
      "update event_leaf set chain_id = $3 where chain_id = $1 and seq = 5",
    ],
    places: [["entry-missing", 5, 2]],
    message: "seq 5: the entry is missing.",
  },
  {
    name: "a leaf is altered",
    statements: ["update event_leaf set leaf = $2 where chain_id = $1 and seq = 5"],
    places: [
      ["entry-changed", 5, 2],
      ["leaves", null, 2],
    ],
    message: "seq 5: the entry is not what was sealed.",
  },
  {
    name: "all leaves of a seal are deleted, as if retention had been there",
    statements: REMOVE("seq in (7, 8)"),
    places: [
      ["entry-missing", 7, 3],
      ["entry-missing", 8, 3],
    ],
    message: "seq 7: the entry is missing.",
  },
  {
    name: "a seal is deleted",
    statements: ["delete from audit_seal where chain_id = $1 and number = 2"],
    places: [["seal-missing", 4, 2]],
    message: "seal 2 is missing.",
  },
  {
    name: "a seal is altered",
    statements: ["update audit_seal set root = $2 where chain_id = $1 and number = 2"],
    places: [
      ["seal-signature", 4, 2],
      ["leaves", null, 2],
      ["seal-link", 7, 3],
    ],
    message: "seal 2 is not what was signed.",
  },
  {
    name: "the hash beside a seal is altered",
    statements: ["update audit_seal set hash = $2 where chain_id = $1 and number = 4"],
    places: [["seal-hash", 9, 4]],
    message: "seal 4: the hash that is kept beside it is another.",
  },
  {
    name: "a personal value is altered beside its entry",
    statements: [
      `update event_pii set fields = jsonb_set(fields, '{actor.label,1}', '"another@example.org"') where event_id = ${EVENT(5)}`,
    ],
    places: [["revealed", 5, 2]],
    message: "seq 5: actor.label is revealed as another value than was sealed.",
  },
];

/** A statement must use all its values: those that it has get numbers without a gap. */
const marks = (text: string) => [...new Set(text.match(/\$\d/g) ?? [])].sort();
export const numbered = (text: string) =>
  text.replace(/\$\d/g, (mark) => `$${marks(text).indexOf(mark) + 1}`);
export const used = (text: string, values: readonly unknown[]): unknown[] =>
  marks(text).map((mark) => values[Number(mark[1]) - 1]);
