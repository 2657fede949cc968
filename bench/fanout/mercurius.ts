import type { AddressInfo } from "node:net";
import fastify from "fastify";
import mercurius from "mercurius";
import { Ticker } from "./event.js";
import { plainSchema } from "./plain-schema.js";
import { serve } from "./serve.js";

// Mercurius as it comes, with the same schema and sources.
const ticker = new Ticker();
const app = fastify();
await app.register(mercurius, { schema: plainSchema(ticker), subscription: true });
await app.listen({ port: 0, host: "127.0.0.1" });
serve(ticker, { port: (app.server.address() as AddressInfo).port, tokens: [""] });
