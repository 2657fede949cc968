/** A line that was cut without a word never answers. */
const GIVEN_UP_AFTER_MS = 15_000;

/**
 * While one question waits for its answer, whoever asks waits with it: something that is frozen must not collect a
 * connection with every sample. After 15 seconds a new one is asked all the same.
 */
export function oneAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    if (asked && performance.now() - asked.at < GIVEN_UP_AFTER_MS) return asked.answer;
    const mine = { at: performance.now(), answer: ask() };
    const forget = () => {
      if (asked === mine) asked = null;
    };
    mine.answer.then(forget, forget);
    asked = mine;
    return mine.answer;
  };
}
