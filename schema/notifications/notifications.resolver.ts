import {
  Arg,
  Ctx,
  Field,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from "type-graphql";
import { personChannel, type PersonHint } from "#domain/channels.js";
import { isPlaceOfRow, keysetCursor } from "#domain/keyset.js";
import {
  countNotifications,
  listNotifications,
  markNotificationsRead,
  MOST_SINCE,
  headOfNotifications,
  notificationsSince,
  type NotificationCursor,
} from "#domain/notifications/index.js";
import { pageRequest } from "#domain/page.js";
import { UnauthenticatedError } from "#domain/errors.js";
import type { ShelfRules } from "../access/rules.js";
import { Answers } from "../answers-for.js";
import { connectionOf, connectionType } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { feedCursors } from "../feed/cursor.js";
import { resumed } from "../feed/resumed.js";
import { Conflict, InvalidInput, payloadUnion, settle } from "../payload.js";
import { DateTime } from "../scalars.js";

@ObjectType({ simpleResolvers: true, description: "Something that the caller should know." })
export class Notification {
  @Field(() => ID)
  id!: string;

  @Field(() => String, {
    description:
      "REFUSALS: somebody is refused very often. DEAD_LETTER: a job has failed for good. ALERT: an alert rule or a promise is broken. ALERT_OVER: it is not any more. CAMPAIGN: one was not launched at its time. TEST_NOT_SENT: a test mail that you asked for.",
  })
  kind!: string;

  @Field(() => String)
  title!: string;

  @Field(() => String)
  detail!: string;

  @Field(() => String, { nullable: true, description: "A page of the console." })
  href!: string | null;

  @Field(() => DateTime)
  at!: string;

  @Field(() => DateTime, { nullable: true })
  readAt!: string | null;
}

@ObjectType({ simpleResolvers: true })
export class NotificationEvent {
  @Field(() => String, { description: "Hand it back as `after` to go on from here." })
  cursor!: string;

  @Field(() => Notification)
  notification!: Notification;
}

@ObjectType({ simpleResolvers: true })
export class MarkNotificationsReadSuccess {
  @Field(() => Int)
  read!: number;
}

const NotificationConnection = connectionType("Notification", () => Notification);
const MarkNotificationsReadPayload = payloadUnion(
  "MarkNotificationsReadPayload",
  MarkNotificationsReadSuccess,
  [InvalidInput, Conflict],
);

@Resolver()
export class NotificationsResolver {
  @Query(() => NotificationConnection, { description: "One's own, the newest first." })
  async notifications(
    @Ctx() { op }: SchemaContext,
    @Arg("first", () => Int, { nullable: true }) first?: number | null,
    @Arg("after", () => String, { nullable: true }) after?: string | null,
  ) {
    const userId = self(op);
    const rows = await listNotifications(op, op.tenantId, userId, pageRequest({ first, after }));
    return connectionOf(
      rows,
      (row) => keysetCursor(row.sortKey, row.id),
      (row) => row,
      () => countNotifications(op, op.tenantId, userId),
    );
  }

  @Mutation(() => MarkNotificationsReadPayload, { description: "Without ids all of them." })
  markNotificationsRead(
    @Ctx() { op }: SchemaContext,
    @Arg("ids", () => [ID], { nullable: true }) ids?: string[] | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("MarkNotificationsReadSuccess", () =>
      op.run(markNotificationsRead, { ids }, { idempotencyKey }),
    );
  }

  @Answers("oneself")
  @Subscription(() => NotificationEvent, {
    name: "notifications",
    description:
      "One's own as they come. With `after` first what came since that cursor, in order, none twice.",
    subscribe: ({ args, context }: { args: { after?: string | null }; context: SchemaContext }) =>
      watch(context, args.after),
  })
  notified(
    @Root() event: NotificationEvent,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): NotificationEvent {
    return event;
  }
}

function self({ actor }: SchemaContext["op"]): string {
  if (actor.kind !== "USER") throw new UnauthenticatedError();
  return actor.userId;
}

function watch(context: SchemaContext, after: string | null | undefined): AsyncGenerator<NotificationEvent> {
  const { op } = context;
  const { tenantId } = op;
  const userId = self(op);
  // The places of the list: whoever has read it goes on from there.
  const cursors = feedCursors();
  const [at, id] = cursors.read(after, isPlaceOfRow) ?? [];
  return resumed<NotificationCursor, NotificationEvent, PersonHint>(context, {
    log: {
      head: () => headOfNotifications(op, tenantId, userId),
      async readAfter(place) {
        const views = await notificationsSince(op, tenantId, userId, place);
        return {
          events: views.map((notification) => ({
            cursor: cursors.of(notification.at, notification.id),
            notification,
          })),
          upTo: views.at(-1) ?? place,
          hasMore: views.length === MOST_SINCE,
        };
      },
    },
    after: at === undefined ? null : { at, id: id! },
    channel: personChannel(userId),
  });
}

export const notificationsRules: ShelfRules = {
  Query: { notifications: "signedIn" },
  Mutation: { markNotificationsRead: markNotificationsRead.permission },
  Subscription: { notifications: "signedIn" },
};
