import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from "graphql";
import type { SchemaContext } from "#schema/context.js";

/** A context for the next event; null when there is to be no other. */
export type RenewContext = () => Promise<SchemaContext | null>;
export type EventStream = AsyncGenerator<ExecutionResult, void, void>;

/**
 * Opens a subscription. Unlike graphql-js' `subscribe`, each event is answered with a context of its own, so that
 * rights are those of the moment and loaders read anew.
 * @returns the stream, or the errors that refused it.
 */
export async function openEventStream(
  args: ExecutionArgs,
  renew: RenewContext,
): Promise<EventStream | readonly GraphQLError[]> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source.errors ?? [];
  return new Answers(source[Symbol.asyncIterator](), args, renew);
}

/** Not a generator function: `return` must reach the source at once, also while an event is awaited. */
class Answers implements EventStream {
  private isOver = false;
  constructor(
    private readonly source: AsyncIterator<unknown>,
    private readonly args: ExecutionArgs,
    private readonly renew: RenewContext,
  ) {}

  async next(): Promise<IteratorResult<ExecutionResult, void>> {
    const event = this.isOver ? null : await this.source.next();
    if (!event || event.done || this.isOver) return { value: undefined, done: true };
    const contextValue = await this.renew();
    if (!contextValue) return this.return();
    const result = await execute({ ...this.args, rootValue: event.value, contextValue });
    return this.isOver ? { value: undefined, done: true } : { value: result, done: false };
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
