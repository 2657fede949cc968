import { networkOf } from "#platform/rate-limits/network.js";

/** How many sockets each network has open on this server. */
export class NetworkGauge {
  private readonly networks = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** @returns what takes it off again; null when its network has as many sockets as it may, here */
  enter(address: string): (() => void) | null {
    const network = networkOf(address);
    const open = this.networks.get(network) ?? 0;
    if (open >= this.most) return null;
    this.networks.set(network, open + 1);
    return () => {
      const left = (this.networks.get(network) ?? 1) - 1;
      if (left > 0) this.networks.set(network, left);
      else this.networks.delete(network);
    };
  }
}
