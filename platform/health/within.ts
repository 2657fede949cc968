/** The answer, or a rejection that says how long was waited for it. What comes later is nobody's any more. */
export async function within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  answer.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
