import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from "graphql";
import { isRefusal } from "#domain/errors.js";
import { isPassing, untilBack } from "#platform/until-back.js";
import { GIVE_UP_MS } from "#schema/shared-source.js";
import type { SchemaContext } from "#schema/context.js";

export interface EventStreamHost {
  /** A context for the next event; null when there is to be no other. */
  renew(): Promise<SchemaContext | null>;
  /** Nothing more can be told. The subscriber must hear of it, and come back. */
  giveUp(error: unknown): void;
}
export type EventStream = AsyncGenerator<ExecutionResult, void, void>;

/** What a subscription is run with, its stream opened. */
export interface OpenedArgs extends ExecutionArgs {
  readonly stream: EventStream;
}

/** The database was away while a document was answered; null when it was not. */
export function outageIn(errors: readonly GraphQLError[] | undefined): Error | null {
  const causes = (errors ?? []).map(({ originalError }) => originalError ?? null);
  return causes.find((cause) => cause && !isRefusal(cause) && isPassing(cause)) ?? null;
}

/**
 * Opens a subscription. Unlike graphql-js' `subscribe`, each event is answered with a context of its own, so that
 * rights are those of the moment and loaders read anew.
 * @returns the stream, or the errors that refused it.
 */
export async function openEventStream(
  args: ExecutionArgs,
  host: EventStreamHost,
): Promise<EventStream | readonly GraphQLError[]> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source.errors ?? [];
  return new Answers(source[Symbol.asyncIterator](), args, host);
}

/** Not a generator function: `return` must reach the source at once, also while an event is awaited. */
class Answers implements EventStream {
  private isOver = false;
  constructor(
    private readonly source: AsyncIterator<unknown>,
    private readonly args: ExecutionArgs,
    private readonly host: EventStreamHost,
  ) {}

  async next(): Promise<IteratorResult<ExecutionResult, void>> {
    try {
      const event = this.isOver ? null : await this.source.next();
      if (!event || event.done || this.isOver) return { value: undefined, done: true };
      const result = await this.answer(event.value);
      return result && !this.isOver ? { value: result, done: false } : await this.return();
    } catch (error) {
      // The end of the thing itself is the subscriber's to know; a fault of ours is none of its end.
      if (isRefusal(error)) throw error;
      if (!this.isOver) this.host.giveUp(error);
      return this.return();
    }
  }

  /** While the database is away nobody can say who may see what: the event waits, and is answered with the rights of then. */
  private answer(rootValue: unknown): Promise<ExecutionResult | null> {
    const giveUpAt = performance.now() + GIVE_UP_MS;
    return untilBack(
      async () => {
        const contextValue = await this.host.renew();
        if (!contextValue) return null;
        const result = await execute({ ...this.args, rootValue, contextValue });
        const outage = outageIn(result.errors);
        if (outage) throw outage;
        return result;
      },
      () => this.isOver || performance.now() > giveUpAt,
    );
  }

  async return(): Promise<IteratorResult<ExecutionResult, void>> {
    if (!this.isOver) {
      this.isOver = true;
      // Not awaited: a source that is a generator finishes its own wait first.
      Promise.resolve(this.source.return?.()).catch(() => {});
    }
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult, void>> {
    await this.return();
    throw error instanceof Error ? error : new Error(String(error));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
