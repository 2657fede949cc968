import { ConfigError, loadConfig } from "#platform/config.js";
import { migrate } from "#platform/database/migrate.js";

/** `npm run migrate`: brings the database of DATABASE_URL to this version; running it again changes nothing. */
try {
  const { databaseUrl } = loadConfig();
  if (!databaseUrl)
    throw new ConfigError(["DATABASE_URL must be set (npm start migrates its own database by itself)"]);
  const ran = await migrate(databaseUrl);
  console.log(
    ran.length > 0 ? `postwatch: ran ${ran.join(", ")}` : "postwatch: the database is at this version",
  );
} catch (error) {
  console.error(`postwatch: ${(error as Error).message}`);
  process.exitCode = 1;
}
