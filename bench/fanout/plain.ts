import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { Ticker } from "./event.js";
import { plainSchema } from "./plain-schema.js";
import { serve } from "./serve.js";

// graphql-ws as it comes: a source, an execution and a serialisation for each.
const ticker = new Ticker();
const server = createServer();
useServer({ schema: plainSchema(ticker) }, new WebSocketServer({ server, path: "/graphql" }));
server.listen(0, "127.0.0.1", () =>
  serve(ticker, { port: (server.address() as AddressInfo).port, tokens: [""] }),
);
