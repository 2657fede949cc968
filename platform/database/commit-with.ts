import type { ClientBase } from "pg";
import type { Statement } from "#domain/operation.js";

/** As the protocol takes them: text or null. */
export type TextValues = readonly (string | null)[];

/**
 * Has the connection's next COMMIT take a statement with it, once for each of the values: all of it is one message and one answer,
 * so that it waits for no round trip of its own. When it fails the transaction is taken back, as by a COMMIT that fails.
 */
export function commitWith(
  client: ClientBase,
  statement: Statement<object>,
  values: readonly TextValues[],
): void {
  const own = client as { query?: unknown };
  own.query = (config: { text: string }, callback: Callback) => {
    delete own.query;
    if (!/^commit\b/i.test(config.text)) throw new Error(`COMMIT was expected, not: ${config.text}`);
    return client.query(new CommitWith(client, statement, values, callback) as never);
  };
}

type Callback = (error: Error | null, result?: unknown) => void;

/** What a connection of pg has and its types do not (pg/lib/connection.js); the protocol is PostgreSQL's, "Extended Query". */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
  parse(statement: { name: string; text: string }): void;
  bind(portal: object): void;
  execute(portal: object): void;
  sync(): void;
}

/** What pg's client asks of whatever it sends: pg/lib/query.js. */
class CommitWith {
  readonly name: string;
  readonly text: string;

  constructor(
    private readonly client: ClientBase,
    { name, text }: Statement<object>,
    private readonly values: readonly TextValues[],
    readonly callback: Callback,
  ) {
    this.name = name;
    this.text = text;
  }

  submit(wire: Wire): null {
    wire.stream.cork();
    if (!wire.parsedStatements[this.name]) {
      wire.parse({ name: this.name, text: this.text });
      wire.submittedNamedStatements[this.name] = this.text;
    }
    for (const values of this.values) {
      wire.bind({ statement: this.name, values });
      wire.execute({});
    }
    wire.parse({ name: "", text: "commit" });
    wire.bind({});
    wire.execute({});
    // None before: after an error everything up to here is passed over, the commit too.
    wire.sync();
    wire.stream.uncork();
    return null;
  }

  handleError(error: Error): void {
    // The client sends it when the connection is ready again; on one that is lost it fails at once.
    this.client.query("rollback", () => this.callback(error));
  }

  handleReadyForQuery(): void {
    this.callback(null, { rows: [] });
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
}
