import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import {
  draftOf,
  dryRunRows,
  findCampaign,
  launchOf,
  timetableOf,
  type CampaignView,
  type TimetableRow,
} from "#domain/campaigns/index.js";
import { csvLine } from "#domain/csv-line.js";
import { invalid } from "#domain/errors.js";
import type { Id } from "#domain/ids.js";
import { findLeads } from "#domain/leads/index.js";
import type { Operation } from "#domain/operation.js";
import { found, idArgument } from "#schema/arguments.js";
import { shownTo } from "#schema/masking.js";

export interface TimetableOptions {
  /** The operation of the request, for whoever its bearer token proves. */
  openOperation(request: FastifyRequest): Promise<Operation>;
}

type TimetablePart = NonNullable<Awaited<ReturnType<typeof timetableOf>>>;

const PLACE = "GET /api/campaigns/:id/timetable.csv";
/** Rows whose leads are looked up together. */
const BATCH = 500;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

const PLANNED = [
  "lead",
  "step",
  "variant",
  "planned_local",
  "zone",
  "planned_at",
  "skip_reason",
  "missing",
  "from",
  "held_by",
] as const;
const HAPPENED = [
  "lead",
  "step",
  "planned_local",
  "zone",
  "planned_at",
  "sent_at",
  "late_by_seconds",
  "state",
  "reason",
  "difference",
  "sentence",
  "from",
  "held_by",
] as const;

/**
 * `GET /api/campaigns/:id/timetable.csv?startAt=…`: of a draft all rows of the dry run, of a launched campaign plan against what
 * happened; made as fast as it is taken. Addresses are masked for whom they are masked elsewhere.
 */
export function addCampaignTimetable(app: FastifyInstance, { openOperation }: TimetableOptions): void {
  app.get<{ Params: { id: string } }>(
    "/api/campaigns/:id/timetable.csv",
    { exposeHeadRoute: false },
    async (request, reply) => {
      const op = await openOperation(request);
      await op.authorise("campaign:read", PLACE);
      await op.authorise("lead:read", PLACE);
      const id = idArgument(request.params.id, "campaign");
      const campaign = found(await findCampaign(op, op.scope, id), "campaign");
      const startAt = startOf((request.query as Record<string, unknown>).startAt);
      // Says why when a start is given for what was launched.
      if (startAt) await draftOf(op, op.scope, id);
      const kind = campaign.launchedAt ? "timetable" : "dry-run";
      // Before the first byte leaves: it has the addresses of a whole audience.
      await op.record("lead.exported", {
        targets: [{ type: "campaign", id, label: campaign.name }],
        changes: [{ field: "file", before: null, after: kind }],
      });
      void reply
        .type("text/csv; charset=utf-8")
        .header(
          "content-disposition",
          `attachment; filename="campaign-${id.slice(0, 8)}-${kind}-${new Date().toISOString().slice(0, 10)}.csv"`,
        );
      const pieces = campaign.launchedAt
        ? happenedPieces(op, id)
        : plannedPieces(op, campaign, startAt ?? launchOf(campaign));
      return reply.send(Readable.from(pieces, { objectMode: false }));
    },
  );
}

async function* plannedPieces(op: Operation, campaign: CampaignView, startAt: Date): AsyncGenerator<string> {
  yield csvLine(PLANNED);
  for await (const rows of batches(dryRunRows(op, op.scope, campaign, startAt))) {
    const emailOf = await emailsOf(op, rows);
    const lines = rows.map(({ leadId, position, variant, localTime, timezone, at, skipReason, ...row }) =>
      csvLine([
        emailOf(leadId),
        position,
        variant,
        localTime,
        timezone,
        at,
        skipReason,
        row.missing === null ? "not found out" : row.missing.join(" ") || null,
        row.fromEmail,
        row.heldBy,
      ]),
    );
    yield lines.join("");
  }
}

async function* happenedPieces(op: Operation, id: Id): AsyncGenerator<string> {
  yield csvLine(HAPPENED);
  for (let after: TimetableRow | null = null; ;) {
    const page: TimetablePart = found(
      await timetableOf(op, op.scope, id, { after, first: BATCH }),
      "campaign",
    );
    const rows = page.rows.map((row) => ({ ...shownTo(op, row), fromEmail: row.fromEmail }));
    const emailOf = await emailsOf(op, rows);
    const lines = rows.map((row) =>
      csvLine([
        emailOf(row.leadId),
        row.position,
        row.localTime,
        row.zone,
        row.plannedAt,
        row.sentAt,
        row.lateBySeconds,
        row.state,
        row.reason,
        row.difference,
        row.sentence,
        row.fromEmail,
        row.heldBy,
      ]),
    );
    if (lines.length > 0) yield lines.join("");
    if (!page.hasMore) return;
    after = page.rows.at(-1)!;
  }
}

async function* batches<T>(rows: AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Of leads that the caller does not see there is none. */
async function emailsOf(
  op: Operation,
  rows: readonly { readonly leadId: Id }[],
): Promise<(id: Id) => string | null> {
  const leads = await findLeads(op, op.scope, [...new Set(rows.map(({ leadId }) => leadId))]);
  const emails = new Map(leads.map(({ id, email }) => [id, shownTo(op, email)]));
  return (id) => emails.get(id) ?? null;
}

/** Null: none was given. @throws InvalidInputError */
function startOf(given: unknown): Date | null {
  if (given === undefined || given === "") return null;
  const time = typeof given === "string" && TIME.test(given) ? new Date(given) : null;
  const year = time?.getUTCFullYear() ?? Number.NaN;
  if (time && year >= 2000 && year <= 2100) return time;
  throw invalid(
    ["startAt"],
    "time",
    "startAt must be a time with a zone between the years 2000 and 2100, such as 2026-05-01T09:30:00Z.",
    given,
  );
}
