import { userInfo } from "node:os";
import { newId } from "#domain/ids.js";
import { freezeInstallation, releaseInstallation } from "#domain/sending/index.js";
import type { Config } from "#platform/config.js";
import { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import { placeOf } from "#platform/embedded/place.js";
import { clusterOf, databaseOf } from "../own-database.js";

/** Freezes all sending of the installation, or releases it, on record with the reason. @returns what to say of it */
export async function setInstallationFrozen(
  config: Config,
  isFrozen: boolean,
  reason: string,
): Promise<string> {
  const database = await Database.open(await databaseOf(config), {
    poolSize: 1,
    statementTimeoutMs: 10_000,
    applicationName: "postwatch freeze",
  });
  try {
    const actor = { kind: "OPERATOR", name: operatorName() } as const;
    const op = openOperation(database, actor, { requestId: newId() });
    if (isFrozen)
      return (await op.run(freezeInstallation, { reason }))
        ? "All sending of the installation is frozen. Mails that are on their way end within seconds."
        : "It was frozen already.";
    const place = config.place ?? (config.databaseUrl ? null : await placeOf(clusterOf(config.home)));
    const released = await op.run(releaseInstallation, { reason, place });
    if (!released)
      return "It was not frozen. What an organisation froze itself, its administrator releases in the console.";
    const done = "Sending is released. This database is the original from now on.";
    if (released.pausedCampaigns === 0) return done;
    return `${done}\nPaused, because mail became due meanwhile: ${released.pausedCampaigns}. Resume each in the console and choose what happens to it.`;
  } finally {
    await database.close();
  }
}

/** In a container the user may have a number only. */
function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "?"}`;
  }
}
