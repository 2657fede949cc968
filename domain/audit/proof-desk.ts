import { UnavailableError } from "../errors.js";
import type { Id } from "../ids.js";
import type { Reader } from "../operation.js";
import type { TimeSpan } from "./strays.queries.js";
import { verifyChain, type ChainVerdict } from "./verify-chain.js";
import type { AnchorRecord } from "./verify/records.js";

export interface CheckedChain extends ChainVerdict {
  readonly checkedAt: string;
  readonly tookMs: number;
}

/** Where chains are checked on demand: one at a time in a process, because each keeps a core busy. */
export interface ProofDesk {
  /** @throws UnavailableError while something else is checked; who asks for the same gets the same answer */
  verify(reader: Reader, chain: Id, span: TimeSpan): Promise<CheckedChain>;
}

export function openProofDesk(anchorsOf: (chain: Id) => AsyncIterable<AnchorRecord>): ProofDesk {
  let running: { readonly what: string; readonly answer: Promise<CheckedChain> } | null = null;
  return {
    verify(reader, chain, span) {
      const what = JSON.stringify([chain, span.from, span.to]);
      if (running?.what === what) return running.answer;
      if (running)
        return Promise.reject(
          new UnavailableError("Another check of the record is running. Ask again when it is done."),
        );
      const answer = check(reader, chain, span).finally(() => {
        running = null;
      });
      running = { what, answer };
      return answer;
    },
  };

  async function check(reader: Reader, chain: Id, span: TimeSpan): Promise<CheckedChain> {
    const [checkedAt, start] = [new Date().toISOString(), performance.now()];
    const verdict = await verifyChain(reader, chain, { ...span, anchors: anchorsOf(chain) });
    return { ...verdict, checkedAt, tookMs: Math.round(performance.now() - start) };
  }
}
