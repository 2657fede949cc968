import { Socket } from "node:net";

/** The lines of a process to its database, whichever pool has opened them. */
export class Lines {
  private readonly lines = new Set<Socket>();
  private heardOnClosed = 0;
  private isCut = false;

  /** As `stream` of pg: a line that its client connects. While the lines are cut it ends at once. */
  readonly open = (): Socket => {
    const line = new Socket();
    this.lines.add(line);
    line.once("close", () => {
      this.lines.delete(line);
      this.heardOnClosed += line.bytesRead;
    });
    // Not before the client listens to it.
    if (this.isCut) setImmediate(() => line.destroy(cutOff()));
    return line;
  };

  /** Bytes that the database has sent, on all of them together: grows as long as it is alive and has something to say. */
  get heard(): number {
    let sum = this.heardOnClosed;
    for (const line of this.lines) sum += line.bytesRead;
    return sum;
  }

  /** Ends them all; whoever waits for an answer on one is told so now. */
  cut(): void {
    this.isCut = true;
    for (const line of this.lines) line.destroy(cutOff());
  }

  mend(): void {
    this.isCut = false;
  }
}

function cutOff(): Error {
  return Object.assign(new Error("The database does not answer; its connections are given up"), {
    code: "ECONNABORTED",
  });
}
