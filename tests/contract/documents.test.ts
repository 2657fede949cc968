import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as errors from "../../domain/errors.js";
import { PERMISSION_NAMES, permissionEnumName } from "../../domain/access/permissions.js";
import { ROLE_PERMISSIONS, ROLES } from "../../domain/access/roles.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

test("docs/errors.md names every code that the domain can raise", () => {
  const codes = [...read("domain/errors.ts").matchAll(/readonly code = "(\w+)"/g)].map((match) => match[1]!);
  expect(codes.length).toBe(
    Object.values(errors).filter((value) => typeof value === "function" && value.name.endsWith("Error"))
      .length - 1,
  );
  const documented = [...read("docs/errors.md").matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]!);
  expect(documented).toEqual(expect.arrayContaining(codes));
});

test("there are 25 permissions, of which the roles have 25, 19 and 5", () => {
  expect(PERMISSION_NAMES).toHaveLength(25);
  expect(ROLES.map((role) => ROLE_PERMISSIONS[role].size)).toEqual([25, 19, 5]);
});

test("the enum of permissions has the names of the domain model", () => {
  expect(PERMISSION_NAMES.map(permissionEnumName)).toEqual([
    "CAMPAIGN_READ",
    "CAMPAIGN_CREATE",
    "CAMPAIGN_UPDATE",
    "CAMPAIGN_DELETE",
    "CAMPAIGN_LAUNCH",
    "CAMPAIGN_PAUSE",
    "LEAD_READ",
    "LEAD_CREATE",
    "LEAD_UPDATE",
    "LEAD_DELETE",
    "LEAD_IMPORT",
    "LEAD_EXPORT",
    "ANALYTICS_READ",
    "ANALYTICS_EXPORT",
    "TEAM_READ",
    "TEAM_MANAGE",
    "TEAM_MEMBERS_MANAGE",
    "USER_READ",
    "USER_INVITE",
    "USER_MANAGE",
    "USER_ROLE_ASSIGN",
    "SYSTEM_HEALTH_READ",
    "SYSTEM_AUDIT_READ",
    "SYSTEM_JOBS_MANAGE",
    "SYSTEM_SETTINGS_MANAGE",
  ]);
});

test("every test that docs/promises.md names is there", async () => {
  const { existsSync } = await import("node:fs");
  const named = [...read("docs/promises.md").matchAll(/`(tests\/[\w./-]+)`/g)].map((match) => match[1]!);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
