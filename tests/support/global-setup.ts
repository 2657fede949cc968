import type { TestProject } from "vitest/node";
import { type TestServices, startServices } from "./services.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Of an empty database; its role may create more. */
    databaseUrl: string;
    /** Path of a unix socket, as `new Redis(url)` takes it. */
    redisUrl: string;
  }
}

let services: TestServices | undefined;

/** One PostgreSQL and one Redis for the whole run; a test file reads their addresses with `inject`. */
export async function setup(project: TestProject): Promise<void> {
  services = await startServices();
  project.provide("databaseUrl", services.databaseUrl);
  project.provide("redisUrl", services.redisUrl);
}

export async function teardown(): Promise<void> {
  await services?.stop();
}
