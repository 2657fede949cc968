import { INSTALLATION_CHAIN } from "#domain/audit/seal.js";
import { verifyChain } from "#domain/audit/verify-chain.js";
import { tell } from "#domain/audit/verify/tell.js";
import type { Id } from "#domain/ids.js";
import { statement, type Reader } from "#domain/operation.js";
import { anchoredChains, readAnchors } from "#platform/audit-anchor-file.js";
import type { Config } from "#platform/config.js";
import { Database } from "#platform/database/database.js";
import { databaseOf } from "../own-database.js";

const NAMES_A_PAGE = 1_000;
/** Organisations, and chains that have lost theirs. */
const CHAINS = statement<{ id: Id; name: string | null }>(
  "chains_to_verify",
  `with recursive sealed (id) as (
     (select chain_id from audit_seal order by chain_id limit 1)
     union all
     select (select chain_id from audit_seal where chain_id > sealed.id order by chain_id limit 1) from sealed where sealed.id is not null)
   select id, tenant.name
   from (select id from sealed where id is not null union select id from tenant union select unnest($1::uuid[])) chain
   left join tenant using (id)
   where $2::uuid is null or id > $2 order by id limit ${NAMES_A_PAGE}`,
);

export interface VerifyDatabaseOptions {
  readonly trusted: ReadonlySet<string> | undefined;
  readonly print: (line: string) => void;
}

/** Checks every chain of the database. @returns whether all are intact */
export async function verifyDatabase(
  config: Config,
  { trusted, print }: VerifyDatabaseOptions,
): Promise<boolean> {
  const { anchorFile } = config.audit;
  const database = await Database.open(await databaseOf(config), {
    poolSize: 1,
    statementTimeoutMs: 600_000,
    applicationName: "postwatch audit verify",
  });
  try {
    let isIntact = true;
    for await (const { id, name } of chainsOf(database, [
      INSTALLATION_CHAIN,
      ...(await anchoredChains(anchorFile)),
    ])) {
      const verdict = await verifyChain(database, id, { trusted, anchors: readAnchors(anchorFile, id) });
      isIntact &&= verdict.isIntact;
      if (verdict.isIntact && verdict.seals === 0 && verdict.unsealed === 0) continue;
      print(
        `${name ?? (id === INSTALLATION_CHAIN ? "the installation" : "no organisation of this database")} (${id})`,
      );
      for (const line of tell(verdict)) print(`  ${line}`);
      if (verdict.unsealed > 0) print(`  ${verdict.unsealed} more wait for their seal`);
    }
    print(isIntact ? "The record is intact." : "The record is NOT intact.");
    return isIntact;
  } finally {
    await database.close();
  }
}

async function* chainsOf(
  reader: Reader,
  known: readonly Id[],
): AsyncGenerator<{ id: Id; name: string | null }> {
  for (let last: Id | null = null, isMore = true; isMore;) {
    const page: { id: Id; name: string | null }[] = await reader.query(CHAINS, [known, last]);
    yield* page;
    isMore = page.length === NAMES_A_PAGE;
    last = page.at(-1)?.id ?? null;
  }
}
