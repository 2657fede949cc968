import { claimMessages } from "#domain/emails/index.js";
import { newId } from "#domain/ids.js";
import { median } from "../harness/report.js";
import { Ledger } from "./ledger.js";

const LEASE_SECONDS = 600;
const ROUNDS = 3;
const SECONDS = 1.5;

// What a claim cannot do without: rows that are due, taken in order, one owner each. It judges nobody, leaves no event and
// knows no limits.
const BARE = (limit: number) => `with due as materialized (
    select id from message where campaign_id = $1 and state in ('QUEUED', 'DEFERRED') and due_at <= now()
    order by due_at, id limit ${limit} for update skip locked)
  update message m set state = 'SENDING', attempt = m.attempt + 1, claimed_at = now(), lease_owner = $2, lease_until = now() + interval '10 minutes'
  from due where m.id = due.id returning m.id`;

export interface ClaimRate {
  readonly limit: number;
  readonly rowsPerSecond: number;
  readonly barePerSecond: number;
}

/** Rows a second that one connection takes under a lease, by the number of rows a claim. */
export async function measureClaims(databaseUrl: string, rows: number): Promise<ClaimRate[]> {
  const ledger = await Ledger.open(databaseUrl);
  const rates: ClaimRate[] = [];
  for (const limit of [1, 50, 500]) {
    const own: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      own.push(
        await rate(ledger, rows, () => claimMessages(ledger.database, [newId()], limit, LEASE_SECONDS)),
      );
      bare.push(
        await rate(ledger, rows, async (campaignId) => {
          const { rows: taken } = await ledger.database.pool.query({
            name: `bare_${limit}`,
            text: BARE(limit),
            values: [campaignId, newId()],
          });
          return taken;
        }),
      );
    }
    rates.push({ limit, rowsPerSecond: median(own), barePerSecond: median(bare) });
  }
  await ledger.close();
  return rates;
}

async function rate(
  ledger: Ledger,
  rows: number,
  claim: (campaignId: string) => Promise<readonly unknown[]>,
): Promise<number> {
  const campaignId = await ledger.campaign(rows);
  await ledger.run("update campaign set status = 'RUNNING' where id = $1", [campaignId]);
  let taken = 0;
  const begun = performance.now();
  let seconds = 0;
  while (seconds < SECONDS && taken < rows) {
    const claimed = await claim(campaignId);
    taken += claimed.length;
    seconds = (performance.now() - begun) / 1000;
    if (claimed.length === 0) break;
  }
  await ledger.run("delete from message_event where campaign_id = $1", [campaignId]);
  await ledger.run("delete from message where campaign_id = $1", [campaignId]);
  await ledger.run("update campaign set status = 'COMPLETED' where id = $1", [campaignId]);
  return taken / seconds;
}
