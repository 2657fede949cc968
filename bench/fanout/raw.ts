import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";
import { idOnTheWire, SharedFrame } from "#server/graphql/shared-frames.js";
import { ID, Ticker } from "./event.js";
import { serve } from "./serve.js";

// The limit: no GraphQL, one frame that is built once an event and written to every socket.
const ticker = new Ticker();
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const lines = new Set<Socket>();
const id = idOnTheWire(ID);
sockets.on("connection", (socket, { socket: line }) => {
  socket.on("message", () => {});
  socket.on("error", () => {});
  lines.add(line);
  socket.on("close", () => lines.delete(line));
});
ticker.listen((ticks) => {
  const frame = new SharedFrame({ data: { ticks } }).under(id);
  for (const line of lines) line.write(frame);
});
server.listen(0, "127.0.0.1", () =>
  serve(ticker, { port: (server.address() as AddressInfo).port, tokens: [""] }),
);
