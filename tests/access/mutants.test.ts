import { describe, expect, test } from "vitest";
import { can, type Requirement } from "../../domain/access/actor.js";
import { abilitiesOf } from "../../domain/access/explain.js";
import type { Permission } from "../../domain/access/permissions.js";
import { ROLES, type Role } from "../../domain/access/roles.js";
import { assertCovered, rootFields, type AccessTable } from "../../schema/access/rules.js";
import { buildSchema } from "../../schema/build-schema.js";
import { NEEDS, permissionsOf, rolesHaving, WIRES } from "./support/domain-table.js";
import { EVERYBODY, faultsOf, guardedBy, roleTable } from "./support/in-process.js";

const built = buildSchema();
const fields = rootFields(built.schema);

/** What a rule is replaced by; null: there is none. */
interface Mutant {
  readonly name: string;
  readonly field: string;
  readonly rule: Requirement | null;
}

const rolesOf = (wire: Permission) => rolesHaving(wire).join();
const isPermission = (rule: Requirement): rule is Permission => WIRES.some((wire) => wire === rule);

/** The closest permission that other roles have: of the same group where there is one. */
function neighbour(rule: Requirement): Permission {
  if (!isPermission(rule)) return "system:health";
  const others = WIRES.filter((wire) => rolesOf(wire) !== rolesOf(rule));
  return others.find((wire) => wire.split(":")[0] === rule.split(":")[0]) ?? others[0]!;
}

/** Another permission of the same roles: only its name tells them apart, and somebody who has just one of them. */
function twin(rule: Requirement): Permission | null {
  if (rule === "signedIn") return "campaign:read";
  if (!isPermission(rule)) return null;
  return WIRES.find((wire) => wire !== rule && rolesOf(wire) === rolesOf(rule))!;
}

function mutantsOf(field: string, rule: Requirement): Mutant[] {
  const swapped: readonly (readonly [string, Requirement | null])[] = [
    ["public", "public"],
    ["signedIn", "signedIn"],
    ["its neighbour", neighbour(rule)],
    ["its twin", twin(rule)],
    ["internal", "internal"],
  ];
  const swaps = swapped.flatMap(([what, other]) =>
    other === null || other === rule ? [] : [{ name: `${field}: ${rule} → ${what}`, field, rule: other }],
  );
  return [{ name: `${field}: ${rule} dropped`, field, rule: null }, ...swaps];
}

function without(field: string): AccessTable {
  return new Map([...built.access].filter(([name]) => name !== field));
}

function mutated({ field, rule }: Mutant): AccessTable {
  return rule === null ? without(field) : new Map([...built.access, [field, rule]]);
}

test("the rules as they are answer all 55 identities as the domain model says, for every root field", async () => {
  expect(EVERYBODY).toHaveLength(55);
  expect(await faultsOf(guardedBy(built.access), fields, EVERYBODY)).toEqual([]);
});

describe("the test of the rules notices every mistake", () => {
  test("each rule dropped or swapped in turn is found out", async () => {
    const mutants = [...built.access].flatMap(([field, rule]) => mutantsOf(field, rule));
    const survivors = [];
    for (const mutant of mutants) {
      const faults = await faultsOf(guardedBy(mutated(mutant)), [mutant.field], EVERYBODY);
      if (faults.length === 0) survivors.push(mutant.name);
    }
    expect(survivors).toEqual([]);
    const needs = [...NEEDS.values()];
    const permissions = needs.filter((need) => isPermission(need)).length;
    const [signedIn, open] = ["signedIn", "public"].map(
      (kind) => needs.filter((need) => need === kind).length,
    );
    // Six for a permission; "any session" has itself, "anybody" itself and no twin.
    expect(mutants.length - survivors.length).toBe(6 * permissions + 5 * signedIn! + 4 * open!);
  });

  test("a dropped rule does not even build, naming the field", () => {
    for (const field of fields)
      expect(() => assertCovered(built.schema, without(field))).toThrow(`${field} has no rule`);
  });

  test("each of the 75 cells of the roles' table, turned round, is found out", async () => {
    const cells = ROLES.flatMap((role) => WIRES.map((wire) => ({ role, wire })));
    expect(cells).toHaveLength(75);
    expect(cellFaults()).toEqual([]);
    const survivors = [];
    for (const { role, wire } of cells)
      if ((await whenTurned(role, wire)).length === 0) survivors.push([role, wire]);
    expect(survivors).toEqual([]);
    expect(cellFaults()).toEqual([]);
  });
});

/** What the roles' table says, where it is asked and where it is explained, against the domain model's. */
function cellFaults(): string[] {
  return ROLES.flatMap((role) => {
    const actor = EVERYBODY.find(({ name }) => name === role)!.actor;
    const wanted = permissionsOf(role);
    const standing = { role, status: "ACTIVE", teams: [{ name: "Alpha", isLead: true }] };
    const explained = abilitiesOf(standing).filter(
      ({ permission, granted }) => granted !== wanted.has(permission),
    );
    return [
      ...WIRES.filter((wire) => can(actor, wire) !== wanted.has(wire)).map((wire) => `${role} asks ${wire}`),
      ...explained.map(({ permission }) => `${role} is told ${permission}`),
    ];
  });
}

async function whenTurned(role: Role, wire: Permission): Promise<string[]> {
  const granted = roleTable[role]!;
  const had = granted.delete(wire);
  if (!had) granted.add(wire);
  try {
    const ruled = fields.filter((field) => NEEDS.get(field) === wire);
    const guarded = await faultsOf(guardedBy(built.access), ruled, EVERYBODY);
    // Where a permission guards a root field, the guards notice too.
    return ruled.length > 0 && guarded.length === 0 ? [] : cellFaults();
  } finally {
    if (had) granted.add(wire);
    else granted.delete(wire);
  }
}
