import type { AskedField, MergeLead } from "../emails/index.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { AUDIENCE_LEADS, MAY_BE_MAILED_BY } from "./audience.js";
import type { Audience } from "./campaign.entity.js";
import { LACKS } from "./lacks.js";

/** Whose audience it is. */
export interface AudienceOf {
  readonly audience: Pick<Audience, "listIds" | "leadIds">;
  readonly teamId?: Id | null;
}

const values = (tenantId: Id, { audience, teamId }: AudienceOf) => [
  tenantId,
  audience.listIds,
  audience.leadIds,
  teamId ?? null,
];
const LEADS = AUDIENCE_LEADS("$1", "$2", "$3");
const GETS_MAIL = `l.mailability = 'MAILABLE' and ${MAY_BE_MAILED_BY("$4::uuid")}`;

export interface AudienceCount {
  readonly all: number;
  readonly mailable: number;
}
const COUNT_AUDIENCE = statement<AudienceCount>(
  "count_audience",
  `select count(*) as "all", count(*) filter (where ${GETS_MAIL}) as mailable from (${LEADS}) l`,
);

export async function countAudience(reader: Reader, tenantId: Id, of: AudienceOf): Promise<AudienceCount> {
  return (await reader.query(COUNT_AUDIENCE, values(tenantId, of)))[0]!;
}

const SAMPLE = statement<MergeLead>(
  "sample_of_audience",
  `select f.email, f.first_name as "firstName", f.last_name as "lastName", f.company, f.title, f.timezone,
     f.custom_fields as "customFields"
   from (${LEADS}) l join lead f on f.id = l.id where ${GETS_MAIL} limit 2`,
);

/** Two of those who will be mailed. */
export function sampleLeads(reader: Reader, tenantId: Id, of: AudienceOf): Promise<MergeLead[]> {
  return reader.query(SAMPLE, values(tenantId, of));
}

const COUNT_LACKING = statement<{ at: number; lacking: number }>(
  "count_lacking",
  `select v.at::int as at, count(*) filter (where ${LACKS("f", "v")}) as lacking
   from (${LEADS}) l join lead f on f.id = l.id
     cross join unnest($5::text[], $6::text[]) with ordinality v(kind, name, at)
   where ${GETS_MAIL} group by v.at`,
);

/** How many of those who would be mailed have each field empty, in the order of the fields; one walk over the audience. */
export async function countLacking(
  reader: Reader,
  tenantId: Id,
  of: AudienceOf,
  fields: readonly AskedField[],
): Promise<number[]> {
  const kinds = fields.map(({ kind }) => kind);
  const names = fields.map(({ name }) => name);
  const rows = await reader.query(COUNT_LACKING, [...values(tenantId, of), kinds, names]);
  const counts = new Map(rows.map(({ at, lacking }) => [at, lacking]));
  return fields.map((_, index) => counts.get(index + 1) ?? 0);
}
