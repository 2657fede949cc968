import { ReportBudget } from "./report-budget.js";
import { Trace, type TraceEnd } from "./trace.js";
import { upstreamOf } from "./upstream.js";

/** Headers as Node gives them. */
export type TraceHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface SamplerOptions extends TraceEnd {
  /** From 0 to 1. */
  readonly rate: number;
  readonly publicKey: string;
}

/** Traces a minute that callers may ask for: whoever knows the key can say that they are our console. */
const MOST_ASKED_FOR = 600;

/** Decides before anything is instrumented. Who is not chosen has cost one random number. */
export class Sampler {
  private readonly askedFor = new ReportBudget(MOST_ASKED_FOR, MOST_ASKED_FOR);

  constructor(private readonly options: SamplerOptions) {}

  start(op: string, name: string, headers?: TraceHeaders): Trace | undefined {
    const { rate, publicKey } = this.options;
    const said = headers?.["sentry-trace"];
    const upstream = said && upstreamOf(said, headers?.["baggage"], publicKey);
    if (upstream) {
      if (!upstream.isSampled || !this.askedFor.take("")) return undefined;
    } else if (Math.random() >= rate) return undefined;
    return new Trace(op, name, upstream || undefined, this.options);
  }
}
