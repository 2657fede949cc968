import { Arg, Resolver, Root, Subscription } from "type-graphql";
import { Answers } from "../answers-for.js";
import type { SchemaContext } from "../context.js";
import type { After } from "../feed/gap.type.js";
import { auditFeed } from "./audit-feed.js";
import { AuditAppendedEvent } from "./audit-appended.type.js";
import { AuditLogFilterInput } from "./audit-log.type.js";

@Resolver()
export class AuditSubscriptions {
  @Answers("oneself")
  @Subscription(() => AuditAppendedEvent, {
    description:
      "The organisation's entries that match, in the order of their numbers, as soon as they are sealed. With `after` first all behind that cursor, none twice; where some are not there any more, a gap and the newest.",
    subscribe: ({
      args,
      context,
    }: {
      args: After & { filter?: AuditLogFilterInput | null };
      context: SchemaContext;
    }) => auditFeed(context, args.filter ?? {}, args.after),
  })
  auditAppended(
    @Root() event: AuditAppendedEvent,
    @Arg("filter", () => AuditLogFilterInput, { nullable: true }) _filter?: AuditLogFilterInput | null,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): AuditAppendedEvent {
    return event;
  }
}
