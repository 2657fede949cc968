import type { CampaignStatus, FrozenContent, FrozenStep } from "../../domain/campaigns/index.js";
import { newId, type Id } from "../../domain/ids.js";
import type { Database } from "../../platform/database/database.js";
import { makeTenant } from "./database.js";

export interface SeededCampaign {
  readonly tenantId: Id;
  readonly campaignId: Id;
  readonly versionId: Id;
  readonly stepIds: readonly Id[];
}

export interface SeedOptions {
  /** Addresses are lead-1@example.org … */
  readonly leads: number;
  readonly tenantId?: Id;
  /** Default: one step that greets by first name. */
  readonly steps?: readonly Partial<Omit<FrozenStep, "id" | "position">>[];
  readonly status?: CampaignStatus;
  /** SQL: the state of the first step's messages. Default 'QUEUED'. */
  readonly state?: "QUEUED" | "PLANNED";
}

/** Leads of one statement: a busy machine gets no further within its time-out. */
const AT_ONCE = 10_000;

/** A launched campaign with its leads, enrollments and first messages, as launch and planner leave it behind. */
export async function seedCampaign(database: Database, options: SeedOptions): Promise<SeededCampaign> {
  const tenantId = options.tenantId ?? (await makeTenant(database));
  const [campaignId, versionId] = [newId(), newId()];
  const steps = (options.steps ?? [{}]).map((step, index) => ({
    id: newId(),
    position: index + 1,
    delayMinutes: index === 0 ? 0 : 60,
    subject: "Hello {{ first_name }}",
    html: "<p>Hello {{ first_name }}</p>",
    text: null,
    variants: [],
    ...step,
  }));
  const content: FrozenContent = {
    fromName: "News",
    fromEmail: "news@postwatch.example",
    replyTo: null,
    postalAddress: null,
    steps,
  };
  const run = (text: string, values: unknown[]) => database.pool.query(text, values);
  await run(
    `insert into campaign (id, tenant_id, name, status, from_name, from_email, audience, launched_at, planned_at, scheduled_at)
     values ($1, $2, 'Seeded', $3, 'News', 'news@postwatch.example', '{"listIds":[],"segmentIds":[],"leadIds":[]}', now(), now(),
       case when $3 = 'SCHEDULED' then now() + interval '1 hour' end)`,
    [campaignId, tenantId, options.status ?? "RUNNING"],
  );
  await run(
    `insert into step (id, tenant_id, campaign_id, position, delay_minutes, subject, html, text)
     select s.id, $1, $2, s.position, s."delayMinutes", s.subject, s.html, s.text
     from jsonb_to_recordset($3::jsonb) s(id uuid, position int, "delayMinutes" int, subject text, html text, text text)`,
    [tenantId, campaignId, JSON.stringify(steps)],
  );
  await run(
    "insert into campaign_version (id, tenant_id, campaign_id, n, content) values ($1, $2, $3, 1, $4)",
    [versionId, tenantId, campaignId, JSON.stringify(content)],
  );
  for (let first = 1; first <= options.leads; first += AT_ONCE)
    await run(
      `with people as (
         insert into lead (id, tenant_id, email, email_canonical, email_hash, first_name, source)
         select uuid_v7(), $1, address, address, sha256(convert_to(address, 'UTF8')), 'Lead ' || n, 'test'
         from generate_series($4::int, $5::int) n, lateral (select 'lead-' || n || '@example.org' as address) a
         on conflict (tenant_id, email_canonical) do update set updated_at = now() returning id),
       enrolled as (
         insert into enrollment (id, tenant_id, campaign_id, lead_id, state)
         select uuid_v7(), $1, $2, id, 'ACTIVE' from people returning id, lead_id)
       insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, planned_at, due_at)
       select uuid_v7(), $1, $2, $3, id, $6, 1, lead_id, $7, now(), now() from enrolled`,
      [
        tenantId,
        campaignId,
        versionId,
        first,
        Math.min(first + AT_ONCE - 1, options.leads),
        steps[0]!.id,
        options.state ?? "QUEUED",
      ],
    );
  return { tenantId, campaignId, versionId, stepIds: steps.map(({ id }) => id) };
}

/** How many messages of a campaign are in each state (and reason, where there is one): { SENT: 3, "SKIPPED SUPPRESSED": 1 } */
export async function messageStates(database: Database, campaignId: Id): Promise<Record<string, number>> {
  const { rows } = await database.pool.query<{ what: string; count: number }>(
    `select concat_ws(' ', state, reason) as what, count(*)::int as count from message where campaign_id = $1 group by 1 order by 1`,
    [campaignId],
  );
  return Object.fromEntries(rows.map(({ what, count }) => [what, count]));
}
