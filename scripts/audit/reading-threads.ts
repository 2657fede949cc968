import { parentPort, Worker } from "node:worker_threads";
import { readLine, type ReadLine } from "../../domain/audit/verify/read-line.js";
import { linesOf } from "./blocks.js";

/** So many are read before a thread would have started; and so many wait for each thread. */
const FIRST_BLOCKS = 3;
const WAITING_BLOCKS = 2;

const readBlock = (block: Uint8Array): ReadLine[] => Array.from(linesOf(block), readLine);

/**
 * The lines of the blocks, read by threads beside each other and handed over in the order in which they stand; what comes
 * out does not depend on how many threads there are. A few blocks in memory for each.
 * @param program a file that calls `readForParent` where it is not the main thread
 * @throws Error when a thread dies
 */
export async function* readInThreads(
  blocks: AsyncIterable<Uint8Array>,
  program: string,
  count: number,
): AsyncGenerator<readonly ReadLine[]> {
  const threads: ReadingThread[] = [];
  const answers: Promise<readonly ReadLine[]>[] = [];
  let number = 0;
  try {
    for await (const block of blocks) {
      number += 1;
      if (number <= FIRST_BLOCKS || count < 2) {
        yield readBlock(block);
        continue;
      }
      while (threads.length < count) threads.push(new ReadingThread(program));
      if (answers.length === count * WAITING_BLOCKS) yield await answers.shift()!;
      answers.push(threads[number % count]!.read(block));
    }
    for (const answer of answers) yield await answer;
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

/** The other end of `readInThreads`. */
export function readForParent(): void {
  parentPort!.on("message", (block: Uint8Array) => parentPort!.postMessage(readBlock(block), []));
}

/** Answers in the order in which it was asked. */
class ReadingThread {
  private readonly worker: Worker;
  private readonly asked: { resolve(lines: readonly ReadLine[]): void; reject(error: Error): void }[] = [];

  constructor(program: string) {
    this.worker = new Worker(program);
    this.worker.on("message", (lines: readonly ReadLine[]) => this.asked.shift()!.resolve(lines));
    this.worker.on("error", (error) => this.fail(error));
    this.worker.on("exit", () => this.fail(new Error("A thread that reads has ended.")));
  }

  read(block: Uint8Array): Promise<readonly ReadLine[]> {
    // A copy, for the slice of a buffer would be the same bytes.
    const own = new Uint8Array(block);
    const answer = new Promise<readonly ReadLine[]>((resolve, reject) => {
      this.asked.push({ resolve, reject });
      this.worker.postMessage(own, [own.buffer]);
    });
    // Whoever waits for one before it hears of the same error.
    answer.catch(() => {});
    return answer;
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(error: Error): void {
    for (const { reject } of this.asked.splice(0)) reject(error);
  }
}
