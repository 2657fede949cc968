import { Redis } from "ioredis";
import { Client } from "pg";
import { expect, inject, test } from "vitest";

test("a test file gets a PostgreSQL 18 in which it can make databases and extensions, without being superuser", async () => {
  const client = new Client({ connectionString: inject("databaseUrl") });
  await client.connect();
  const { rows } = await client.query(
    `select current_setting('server_version_num')::int / 10000 as version, current_user as role,
            (select rolsuper from pg_roles where rolname = current_user) as super, lower('ÄÉ') as lower,
            current_setting('server_encoding') as encoding`,
  );
  expect(rows).toEqual([{ version: 18, role: "postwatch", super: false, lower: "äé", encoding: "UTF8" }]);
  await client.query("create database embedded_probe");
  await client.query("drop database embedded_probe");
  await client.query("begin; create extension citext; create extension pg_trgm; rollback");
  await client.end();
});

test("a test file gets a Redis whose address ioredis takes as it is", async () => {
  const redis = new Redis(inject("redisUrl"));
  expect(await redis.ping()).toBe("PONG");
  expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
  await redis.quit();
});
