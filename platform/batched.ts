/** After this long the next batch no longer waits for the one under way: a lock that one row waits for delays no others. */
const OVERDUE_MS = 100;

interface Asked<I, O> {
  readonly item: I;
  resolve(answer: O): void;
  reject(error: unknown): void;
}

/** Those who ask may wait for others who will ask soon. */
export interface Patience {
  /** At most this long for the first of a batch. */
  readonly ms: number;
  /** Nobody else can be expected. */
  isEverybodyHere(): boolean;
}

export interface Batched<I, O> {
  (item: I): Promise<O>;
  /** Whether everybody is here may have changed. */
  lookAgain(): void;
}

/**
 * One statement for all that is asked for at about the same time. Whoever asks alone waits for nobody; whoever asks
 * while a batch is under way is in the next one.
 * @param askAll answers in the order of the items; when it rejects, so does each of them
 * @param most items in a batch
 * @param patience by default nobody is waited for
 */
export function batched<I, O>(
  most: number,
  askAll: (items: readonly I[]) => Promise<readonly O[]>,
  patience?: Patience,
): Batched<I, O> {
  const waiting: Asked<I, O>[] = [];
  let underWay = 0;
  let isPlanned = false;
  let patient: NodeJS.Timeout | undefined;
  let since = 0;

  const plan = () => {
    if (isPlanned || underWay > 0 || waiting.length === 0) return;
    const left = patience ? since + patience.ms - performance.now() : 0;
    if (left > 0 && waiting.length < most && !patience!.isEverybodyHere()) {
      patient ??= setTimeout(sendSoon, left);
      return;
    }
    sendSoon();
  };

  const sendSoon = () => {
    clearTimeout(patient);
    patient = undefined;
    isPlanned = true;
    // What the same turn of the event loop still asks for comes along.
    setImmediate(() => {
      isPlanned = false;
      void send(waiting.splice(0, most));
    });
  };

  const send = async (batch: readonly Asked<I, O>[]): Promise<void> => {
    underWay += 1;
    let isAwaited = true;
    const end = () => {
      if (!isAwaited) return;
      isAwaited = false;
      clearTimeout(timer);
      underWay -= 1;
      plan();
    };
    const timer = setTimeout(end, OVERDUE_MS);
    try {
      const answers = await askAll(batch.map(({ item }) => item));
      for (const [index, asked] of batch.entries()) asked.resolve(answers[index]!);
    } catch (error) {
      for (const asked of batch) asked.reject(error);
    } finally {
      end();
    }
  };

  const ask = (item: I) =>
    new Promise<O>((resolve, reject) => {
      if (waiting.length === 0) since = performance.now();
      waiting.push({ item, resolve, reject });
      plan();
    });
  return Object.assign(ask, { lookAgain: plan });
}
