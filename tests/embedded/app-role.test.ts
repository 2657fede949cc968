import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrate } from "../../platform/database/migrate.js";
import { startPostgres } from "../../platform/embedded/postgres.js";

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "pw-app-role-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const start = () => startPostgres({ dataDir, durable: false, log: () => {} });

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test("a data directory from before server and worker had a role of their own goes on, and they get it", async () => {
  const before = await start();
  await migrate(before.url);
  await ask(before.url, "insert into tenant (id, name, slug) values (uuid_v7(), 'Kept', 'kept')");
  const superuser = before.url.replace("//postwatch:", "//postgres:").replace(/postwatch$/, "postgres");
  await ask(superuser, "drop role postwatch_app");
  await rm(join(dataDir, "app-password"));
  await before.stop();

  const after = await start();
  try {
    expect(after.url.replace(String(after.port), "")).toBe(before.url.replace(String(before.port), ""));
    expect(await migrate(after.url, after.appUrl)).toEqual([]);
    expect(await ask(after.appUrl, "select current_user as role, name from tenant")).toEqual([
      { role: "postwatch_app", name: "Kept" },
    ]);
    await expect(ask(after.appUrl, "delete from event")).rejects.toThrow("permission denied for table event");
    expect((await stat(join(dataDir, "app-password"))).mode & 0o777).toBe(0o600);
  } finally {
    await after.stop();
  }
});

test("a lost password of the role is replaced by another", async () => {
  const before = await start();
  await rm(join(dataDir, "app-password"));
  await before.stop();
  const after = await start();
  try {
    expect(new URL(after.appUrl).password).not.toBe(new URL(before.appUrl).password);
    expect(await ask(after.appUrl, "select current_user as role")).toEqual([{ role: "postwatch_app" }]);
  } finally {
    await after.stop();
  }
});
