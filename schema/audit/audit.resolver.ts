import { Arg, Args, Ctx, Int, Query, Resolver } from "type-graphql";
import { noteReading } from "#domain/audit/search/reading.js";
import type { AuditSearch } from "#domain/audit/search/search.js";
import {
  countFound,
  facetsOf,
  searchEntries,
  searchOf,
  volumeOf,
} from "#domain/audit/search/search-entries.js";
import { keysetCursor } from "#domain/keyset.js";
import type { Operation } from "#domain/operation.js";
import { pageRequest } from "#domain/page.js";
import { ConnectionArgs, connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { DateTime } from "../scalars.js";
import { AuditFacets, AuditVolumeBucket } from "./audit-figures.type.js";
import { AuditLogConnection, AuditLogFilterInput, auditLogOf } from "./audit-log.type.js";

const FILTER = { nullable: true } as const;
const USUAL_BUCKETS = 60;

@Resolver()
export class AuditResolver {
  @Query(() => AuditLogConnection, {
    description:
      "The organisation's entries, newest first. totalCount is at most 10,000. That somebody looked is on record too.",
  })
  async auditLogs(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => AuditLogFilterInput, FILTER) filter?: AuditLogFilterInput | null,
  ) {
    const request = pageRequest(page);
    const search = await look(op, filter);
    return connectionOf(
      await searchEntries(op, search, request),
      ({ at, id }) => keysetCursor(at, id),
      auditLogOf,
      () => countFound(op, search),
    );
  }

  @Query(() => AuditFacets, { description: "How the newest 10,000 that match divide." })
  async auditFacets(
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => AuditLogFilterInput, FILTER) filter?: AuditLogFilterInput | null,
  ): Promise<AuditFacets> {
    return facetsOf(op, await look(op, filter));
  }

  @Query(() => [AuditVolumeBucket], {
    description: "The whole range in equal parts, those without entries too; 1 to 500, 60 when left out.",
  })
  async auditVolume(
    @Arg("from", () => DateTime) from: Date,
    @Arg("to", () => DateTime) to: Date,
    @Ctx() { op }: SchemaContext,
    @Arg("buckets", () => Int, { nullable: true }) buckets?: number | null,
    @Arg("filter", () => AuditLogFilterInput, FILTER) filter?: AuditLogFilterInput | null,
  ): Promise<readonly AuditVolumeBucket[]> {
    return volumeOf(op, await look(op, filter), { from, to, buckets: buckets ?? USUAL_BUCKETS });
  }
}

/** What is asked for; it is on record before it is answered, unless it cannot be. */
async function look(op: Operation, filter: AuditLogFilterInput | null | undefined): Promise<AuditSearch> {
  const search = await searchOf(op, filter ?? {});
  await noteReading(op, filter ?? {});
  return search;
}
