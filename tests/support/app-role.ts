import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";
import { migrate } from "../../platform/database/migrate.js";

export interface AppRole {
  readonly name: string;
  /** Of the database it was let in to. */
  readonly url: string;
  /** Once the database is gone. */
  drop(): Promise<void>;
}

/** A role such as server and worker connect as, made and let in by the migrations of the owner of this database. */
export async function makeAppRole(ownerUrl: string): Promise<AppRole> {
  const name = `app_${randomBytes(4).toString("hex")}`;
  const url = new URL(ownerUrl);
  url.username = name;
  url.password = encodeURIComponent("it's 100% a \\ secret?");
  await migrate(ownerUrl, url.href);
  return {
    name,
    url: url.href,
    async drop() {
      const owner = new Client({ connectionString: inject("databaseUrl") });
      await owner.connect();
      await owner.query(`drop role ${name}`).finally(() => owner.end());
    },
  };
}
