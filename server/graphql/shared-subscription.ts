import type { ExecutionArgs, GraphQLError } from "graphql";
import { isRefusal } from "#domain/errors.js";
import type { SchemaContext } from "#schema/context.js";
import { openEventStream, type EventStream, type OpenedArgs } from "./event-stream.js";
import { SharedFrame } from "./shared-frames.js";
import { SharedMember, type Subscriber } from "./shared-member.js";

/**
 * One source, one execution and one serialisation for all whose subscriptions are equal. Each event is answered with
 * the rights that one of them has at that moment, in turn; whoever has lost theirs is shown out and the next one asked.
 * The session of every other is watched by LiveConnections, which closes its socket; when it cannot, nobody is told.
 */
class SharedSubscription {
  isOver = false;
  private readonly members = new Set<SharedMember>();
  private stream!: EventStream;
  private last: SharedFrame | null = null;

  constructor(
    /** With whose rights the last event was answered. */
    private asked: Subscriber,
    /** With the context of whoever opened it. */
    private readonly args: ExecutionArgs,
    private readonly onEnd: () => void,
  ) {}

  /** @returns the errors that refused it; null when it is open */
  async open(): Promise<readonly GraphQLError[] | null> {
    const stream = await openEventStream(this.args, {
      renew: () => this.renew(),
      giveUp: (error) => this.giveUp(error),
    });
    if (!("next" in stream)) return stream;
    this.stream = stream;
    return null;
  }

  /** The document is one for all, too: nobody's own is kept for as long as they listen. */
  admit(subscriber: Subscriber): OpenedArgs {
    const member = new SharedMember(subscriber, (gone) => this.leave(gone));
    this.members.add(member);
    if (this.last !== null) member.tell(this.last);
    return { ...this.args, stream: member };
  }

  async run(): Promise<void> {
    try {
      for (let event = await this.stream.next(); !event.done; event = await this.stream.next()) {
        const frame = new SharedFrame(this.asked.payloadOf(event.value));
        this.last = frame;
        for (const member of this.members) member.tell(frame);
      }
      this.end((member) => member.finish());
    } catch (error) {
      if (isRefusal(error)) return this.end((member) => member.fail(error));
      this.giveUp(error);
      this.end((member) => member.finish());
    } finally {
      // What failed may have been the telling, and the source not know of it.
      void this.stream.return();
    }
  }

  /** One line and one report, however many it befalls. */
  private giveUp(error: unknown): void {
    const [first] = this.members;
    first?.subscriber.noteOutage(error);
    for (const { subscriber } of this.members) subscriber.sendAway();
  }

  private async renew(): Promise<SchemaContext | null> {
    for (const member of this.members) {
      const context = await member.subscriber.renew();
      if (!context) continue;
      // In turn: the last use of every session is noted, and no one's answers for all.
      if (this.members.delete(member)) this.members.add(member);
      this.asked = member.subscriber;
      return context;
    }
    this.isOver = true;
    return null;
  }

  private leave(member: SharedMember): void {
    if (!this.members.delete(member) || this.members.size > 0) return;
    this.end(() => {});
    void this.stream.return();
  }

  private end(tell: (member: SharedMember) => void): void {
    this.isOver = true;
    this.onEnd();
    for (const member of this.members) tell(member);
    this.members.clear();
  }
}

/** Those that run on this server, by what makes them equal. */
export class SharedSubscriptions {
  private readonly running = new Map<string, Promise<SharedSubscription | null>>();

  /**
   * Joins the one of this key, or opens it.
   * @param args with the subscriber's own context
   * @returns what to run it with, or the errors that refused it.
   */
  async join(
    key: string,
    args: ExecutionArgs,
    subscriber: Subscriber,
  ): Promise<OpenedArgs | readonly GraphQLError[]> {
    for (let opening = this.running.get(key); opening; opening = this.running.get(key)) {
      const shared = await opening;
      if (shared && !shared.isOver) return shared.admit(subscriber);
      // What was refused to another is asked for anew, so that each refusal is on record.
      this.forget(key, opening);
    }
    return this.start(key, args, subscriber);
  }

  private async start(
    key: string,
    args: ExecutionArgs,
    subscriber: Subscriber,
  ): Promise<OpenedArgs | readonly GraphQLError[]> {
    const shared = new SharedSubscription(subscriber, args, () => this.forget(key, opening));
    const refused = shared.open();
    const opening: Promise<SharedSubscription | null> = refused.then(
      (errors) => (errors ? null : shared),
      () => null,
    );
    this.running.set(key, opening);
    try {
      const errors = await refused;
      if (errors) return errors;
      const opened = shared.admit(subscriber);
      void shared.run();
      return opened;
    } finally {
      if (!(await opening)) this.forget(key, opening);
    }
  }

  private forget(key: string, opening: Promise<SharedSubscription | null>): void {
    if (this.running.get(key) === opening) this.running.delete(key);
  }
}
