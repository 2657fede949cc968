import { Capacity, type Limits, type LimitHolder, type PlannedHour } from "./capacity.js";

/** Limits of a sender, the organisation or a domain; null: none. Their hours and days are those of UTC. */
export type SharedLimits = Omit<Limits, "timezone">;

/** What is planned under a shared limit in one hour, by all campaigns. */
export interface SharedHour extends PlannedHour {
  readonly kind: "TENANT" | "SENDER" | "DOMAIN";
  readonly key: string;
}

export interface SharedSender {
  readonly id: string;
  readonly limits: SharedLimits;
}

const NONE: SharedLimits = { perHour: null, perDay: null, gapSeconds: 0 };

/** What campaigns share: room of the organisation, of each sender and of each destination domain that has limits. */
export class SharedCapacities {
  readonly tenant: Capacity;
  private readonly senders: ReadonlyMap<string, Capacity>;
  private readonly domains = new Map<string, Capacity>();

  constructor(
    tenant: SharedLimits = NONE,
    /** In the order in which leads are dealt out to them; none: the campaign has but its own address. */
    readonly order: readonly SharedSender[] = [],
    private readonly domainLimits: ReadonlyMap<string, SharedLimits> = new Map(),
    private readonly otherDomains: SharedLimits | null = null,
  ) {
    this.tenant = capacity(tenant, "ORGANISATION");
    this.senders = new Map(order.map(({ id, limits }) => [id, capacity(limits, "SENDER")]));
  }

  get hasLimits(): boolean {
    const all = [this.tenant, ...this.senders.values()];
    return all.some(({ isUnlimited }) => !isUnlimited) || this.hasDomainLimits;
  }

  get hasDomainLimits(): boolean {
    return this.domainLimits.size > 0 || this.otherDomains !== null;
  }

  hasLimitOf(domain: string): boolean {
    return this.domainLimits.has(domain) || this.otherDomains !== null;
  }

  /** Null: it has no limits. */
  ofSender(id: string | null): Capacity | null {
    return limited(id === null ? undefined : this.senders.get(id));
  }

  /** Null: it has no limits. */
  ofDomain(domain: string | null | undefined): Capacity | null {
    if (domain == null) return null;
    const known = this.domains.get(domain);
    if (known) return known;
    const limits = this.domainLimits.get(domain) ?? this.otherDomains;
    if (!limits) return null;
    const made = capacity(limits, "DOMAIN");
    this.domains.set(domain, made);
    return limited(made);
  }

  /** What campaigns have planned before. */
  add(hours: readonly SharedHour[]): void {
    for (const hour of hours) this.of(hour)?.add([hour]);
  }

  private of({ kind, key }: SharedHour): Capacity | null {
    if (kind === "TENANT") return this.tenant;
    return kind === "SENDER" ? this.ofSender(key) : this.ofDomain(key);
  }
}

const capacity = (limits: SharedLimits, holder: LimitHolder) =>
  new Capacity({ ...limits, timezone: "UTC" }, holder);
const limited = (one: Capacity | undefined): Capacity | null => (one && !one.isUnlimited ? one : null);
