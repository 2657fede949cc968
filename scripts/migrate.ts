import { ConfigError, loadConfig } from "#platform/config.js";
import { migrate } from "#platform/database/migrate.js";

/**
 * `npm run migrate`: brings the database to this version, as DATABASE_OWNER_URL where it is set, and lets the role of
 * DATABASE_URL in; running it again changes nothing.
 */
try {
  const { databaseUrl, databaseOwnerUrl } = loadConfig();
  if (!databaseUrl)
    throw new ConfigError(["DATABASE_URL must be set (npm start migrates its own database by itself)"]);
  const ran = await (databaseOwnerUrl ? migrate(databaseOwnerUrl, databaseUrl) : migrate(databaseUrl));
  console.log(
    ran.length > 0 ? `postwatch: ran ${ran.join(", ")}` : "postwatch: the database is at this version",
  );
} catch (error) {
  console.error(`postwatch: ${(error as Error).message}`);
  process.exitCode = 1;
}
