import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";

/** How we go out to an address that somebody gave us. */
export interface Outbound {
  /** Whether it may lead into one's own network. */
  readonly allowsPrivate: boolean;
  readonly timeoutMs: number;
  /** All addresses of a name: asked once a connection. */
  readonly lookup: (name: string) => Promise<readonly LookupAddress[]>;
  /** Certificates (PEM) of the authorities that count; default: those of Node.js, NODE_EXTRA_CA_CERTS with them. */
  readonly authorities?: string;
}

export const outbound = (allowsPrivate: boolean): Outbound => ({
  allowsPrivate,
  timeoutMs: 10_000,
  lookup: (name) => lookup(name, { all: true, verbatim: true }),
});
