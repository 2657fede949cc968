import "reflect-metadata";
import { pino } from "pino";
import { Field, ObjectType, Query, Resolver, Root, Subscription } from "type-graphql";
import { loadConfig, requireServices } from "#platform/config.js";
import { Database } from "#platform/database/database.js";
import { openHealthSampler } from "#platform/health/sampler.js";
import { readRedisPrefix } from "#platform/installation.js";
import { openPubSub } from "#platform/pubsub.js";
import { Counters } from "#platform/rate-limits/counters.js";
import { RequestLimits } from "#platform/rate-limits/request-budget.js";
import { openSignInThrottle } from "#platform/rate-limits/sign-in-throttle.js";
import { Answers } from "#schema/answers-for.js";
import { buildSchema } from "#schema/build-schema.js";
import { composeApp } from "#server/app.js";
import { tokensOfPeople } from "../harness/people.js";
import { Ticker, type Tick as TickView } from "./event.js";
import { serve } from "./serve.js";

/** Each may have ten sockets. */
const PEOPLE = 400;
const ticker = new Ticker();

@ObjectType({ simpleResolvers: true })
class Tick {
  @Field(() => String)
  sentAt!: string;

  @Field(() => String)
  text!: string;
}

@Resolver()
class Ticking {
  @Query(() => String)
  ping(): string {
    return "pong";
  }

  @Answers("equalRights")
  @Subscription(() => Tick, { subscribe: () => ticker.watch() })
  ticks(@Root() tick: TickView): TickView {
    return tick;
  }
}

// The server as it is composed in production, sessions and permissions included; its contract is one subscription.
const config = requireServices(loadConfig());
const log = pino({ level: "warn" }, pino.destination(2));
const database = await Database.open(config.databaseUrl, {
  poolSize: 10,
  statementTimeoutMs: 5000,
  applicationName: "bench",
  secret: config.jwtKey,
});
const prefix = await readRedisPrefix(database);
const bus = openPubSub(config.redisUrl, prefix, log);
const counters = new Counters(config.redisUrl, prefix, log);
const app = await composeApp({
  config,
  database,
  bus,
  health: openHealthSampler({
    database,
    redisUrl: config.redisUrl,
    smtpUrl: config.smtpUrl,
    dataDirectory: process.cwd(),
  }),
  log,
  limits: new RequestLimits(counters, config.http.rateLimitPerMinute),
  throttle: openSignInThrottle(counters),
  built: buildSchema([
    {
      resolvers: [Ticking],
      rules: { Query: { ping: "public" }, Subscription: { ticks: "system:health" } },
    },
  ]),
});
const tokens = await tokensOfPeople(database.pool, app.tokens, PEOPLE);
await app.listen();
serve(ticker, { port: config.http.port, tokens });
