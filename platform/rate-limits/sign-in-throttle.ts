import type { RateLimiterRedis } from "rate-limiter-flexible";
import { RateLimitedError } from "#domain/errors.js";
import type { AdmittedTry, SignInThrottle } from "#domain/users/index.js";
import { refusalOf, secondsOf, type Counters } from "./counters.js";
import { networkOf } from "./network.js";

const WINDOW_SECONDS = 15 * 60;
const LONGEST_LOCK_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * 60 * 60;
/** Tries for one address from one network, then it is locked there. */
export const TRIES_FROM_ONE_NETWORK = 5;
/** Failures of a network over all addresses: a spray. */
const TRIES_OF_A_NETWORK = 50;
/** Failures of an address from all networks it is not known to. */
const TRIES_FOR_AN_ADDRESS = 20;
const RESETS_AN_HOUR = 3;
const RESETS_OF_A_NETWORK = 20;

/**
 * Counters over an address, a network and the pair of them (OWASP ASVS 5, 6.1.1 and 6.3.1). Points are taken before the
 * password is looked at, so that of 200 tries at the same moment five reach it.
 */
export function openSignInThrottle(counters: Counters): SignInThrottle {
  return new Throttle(counters);
}

class Throttle implements SignInThrottle {
  private readonly pair;
  private readonly locks;
  private readonly network;
  private readonly address;
  private readonly resets;
  private readonly resetsOfNetwork;

  constructor(counters: Counters) {
    const window = { seconds: WINDOW_SECONDS };
    this.pair = counters.open({
      name: "sign-in",
      points: TRIES_FROM_ONE_NETWORK,
      ...window,
      blockSeconds: WINDOW_SECONDS,
    });
    this.locks = counters.open({ name: "sign-in-locks", points: 1_000_000, seconds: DAY_SECONDS });
    const forgiving = { ...window, isForgiving: true };
    this.network = counters.open({ name: "sign-in-network", points: TRIES_OF_A_NETWORK, ...forgiving });
    this.address = counters.open({ name: "sign-in-address", points: TRIES_FOR_AN_ADDRESS, ...forgiving });
    this.resets = counters.open({ name: "reset", points: RESETS_AN_HOUR, seconds: 3600 });
    this.resetsOfNetwork = counters.open({
      name: "reset-network",
      points: RESETS_OF_A_NETWORK,
      seconds: 3600,
    });
  }

  async admit(email: string, ip: string, isKnownHere: boolean): Promise<AdmittedTry> {
    const network = networkOf(ip);
    const pair = await this.pairOf(email, network);
    await this.takePair(pair);
    await take(this.network, network);
    // Strangers who guess elsewhere do not lock somebody out of where they work.
    if (!isKnownHere) await take(this.address, email);
    return {
      succeeded: async () => {
        await Promise.all([
          this.pair.delete(pair),
          this.network.reward(network),
          ...(isKnownHere ? [] : [this.address.reward(email)]),
        ]);
      },
    };
  }

  async mayReset(email: string, ip: string): Promise<boolean> {
    try {
      await take(this.resetsOfNetwork, networkOf(ip));
      await take(this.resets, email);
      return true;
    } catch (error) {
      if (error instanceof RateLimitedError) return false;
      throw error;
    }
  }

  /** A new generation of the address' pairs: the old counters are never looked at again. */
  async forgive(email: string): Promise<void> {
    await this.locks.consume(`generation ${email}`).catch(() => {});
    await this.address.delete(email);
  }

  private async pairOf(email: string, network: string): Promise<string> {
    const generation = (await this.locks.get(`generation ${email}`))?.consumedPoints ?? 0;
    return `${email} ${network} ${generation}`;
  }

  /** The first try over the limit locks the pair: 15 minutes, then twice as long for each lock within a day. */
  private async takePair(key: string): Promise<void> {
    try {
      await this.pair.consume(key);
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (refusal.consumedPoints !== TRIES_FROM_ONE_NETWORK + 1)
        throw new RateLimitedError(secondsOf(refusal));
      const { consumedPoints: earlier } = await this.locks.consume(key);
      const seconds = Math.min(LONGEST_LOCK_SECONDS, WINDOW_SECONDS * 2 ** (earlier - 1));
      await this.pair.block(key, seconds);
      throw new RateLimitedError(seconds, true);
    }
  }
}

async function take(counter: RateLimiterRedis, key: string): Promise<void> {
  try {
    await counter.consume(key);
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    throw new RateLimitedError(secondsOf(refusal), refusal.consumedPoints === counter.points + 1);
  }
}
