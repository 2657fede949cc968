import ipaddr from "ipaddr.js";
import { within } from "../health/within.js";
import type { Outbound } from "./outbound.js";

export interface CheckedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

const LOOKUP_MS = 5_000;

/**
 * Where a name that somebody gave us leads: looked up once, judged, and to be connected to as it is, so that a second
 * answer of the name server cannot lead elsewhere.
 * @param hostname as a URL has it
 * @throws Error when it does not exist, or when one of its addresses is not public and that is not allowed
 */
export async function checkedAddress(
  hostname: string,
  { allowsPrivate, lookup }: Outbound,
): Promise<CheckedAddress> {
  const name = hostname.replace(/^\[|\]$/g, "");
  // Numbers in any notation pass through here as well: the system reads them as addresses.
  const found = await within(LOOKUP_MS, lookup(name)).catch((error: Error) => {
    throw new Error(`${name} was not found: ${(error as { code?: string }).code ?? error.message}`);
  });
  if (!allowsPrivate)
    for (const { address } of found)
      if (!isPublic(address)) throw new Error(`${name} leads to an address that is not public.`);
  const [first] = found;
  return { address: first!.address, family: first!.family as 4 | 6 };
}

/** Neither loopback, private, link-local, of documentation, nor one that carries such a one inside. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}
