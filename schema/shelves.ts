import type { ClassType } from "type-graphql";
import type { ShelfRules } from "./access/rules.js";
import { healthRules } from "./health/health.rules.js";
import { HealthResolver } from "./health/health.resolver.js";
import { MeResolver } from "./users/me.resolver.js";
import { meRules } from "./users/me.rules.js";

/** A feature's part of the contract. */
export interface Shelf {
  readonly resolvers: readonly ClassType[];
  readonly rules: ShelfRules;
}

/** Every feature of the contract, listed by hand: what is not here is not served. */
export const SHELVES: readonly Shelf[] = [
  { resolvers: [MeResolver], rules: meRules },
  { resolvers: [HealthResolver], rules: healthRules },
];
