import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cpuOfTrees } from "../harness/process-cpu.js";
import { tokensOfPeople } from "../harness/people.js";
import type { Order, Received } from "./pages.js";
import type { Product } from "../health-page/product.js";

/** What one server has given to many pages, and the per cent of a core that it took. */
export interface Fed extends Received {
  readonly serverPercent: number;
}

/** Each may have ten sockets. */
const PAGES_A_PERSON = 8;

/** So many pages, each with its socket, say what the real page says. */
export async function feed(product: Product, payload: string, count: number, seconds: number): Promise<Fed> {
  const { url, pool, serverPid } = product;
  const tokens = await tokensOfPeople(pool, product.tokens, Math.ceil(count / PAGES_A_PERSON));
  const pages = fork(fileURLToPath(new URL("./pages.js", import.meta.url)));
  const ended = once(pages, "exit").then(([code]) => Promise.reject(new Error(`The pages ended: ${code}`)));
  const said = async <T>(): Promise<T> => ((await Promise.race([once(pages, "message"), ended])) as [T])[0];
  pages.send({ url, tokens, payload, count, seconds } satisfies Order);
  await said<"begun">();
  const begun = { at: performance.now(), cpuMs: cpuOfTrees([serverPid])! };
  const received = await said<Received>();
  const serverPercent = (100 * (cpuOfTrees([serverPid])! - begun.cpuMs)) / (performance.now() - begun.at);
  ended.catch(() => {});
  pages.kill("SIGKILL");
  return { ...received, serverPercent };
}
