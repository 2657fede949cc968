import { once } from "node:events";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createAuditStream } from "../../domain/audit/streams/change-streams.js";
import { findStreams } from "../../domain/audit/streams/streams.queries.js";
import { newId, type Id } from "../../domain/ids.js";
import { outbound, type Outbound } from "../../platform/outbound/outbound.js";
import { startStreams } from "../../worker/audit/streams.js";
import { selfSigned } from "../support/certificate.js";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { seal } from "./proof-support.js";
import { hangs, startReceiver, type Receiver } from "./stream-support.js";

let db: TestDatabase;
let receiver: Receiver;
let person: TestUser;
let worker: ReturnType<typeof startStreams> | null = null;
const servers: Server[] = [];
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  [receiver, person] = await Promise.all([startReceiver(), makeUser(db.database)]);
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  receiver.close();
  for (const server of servers.splice(0)) server.close();
  await db.sql("delete from audit_stream");
});

/** One stream with two entries to send, and a worker that goes out in this way. @returns it when it was tried */
async function sent(url: string, kind: "WEBHOOK" | "SYSLOG", out: Partial<Outbound>) {
  const { streamId } = await person.op.run(createAuditStream, { kind, url, includesPast: true });
  await person.op.record("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
  await seal(db);
  worker = startStreams({
    database: db.database,
    log: pino({ level: "silent" }),
    out: { ...outbound(true), ...out },
  });
  return eventually(
    () => view(streamId),
    ({ state, waiting }) => state === "FAILING" || waiting === 0,
  );
}
const view = async (id: Id) => (await findStreams(db.database, person.tenantId, id))[0]!;

/** A server that reads all and then closes in order. @returns its port, and what each connection brought */
async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
async function syslog(certificate?: { readonly cert: string; readonly key: string }) {
  const got: { bytes: Buffer; servername: unknown; protocol: string | null }[] = [];
  const take = (socket: Socket) => {
    const parts: Buffer[] = [];
    socket.on("error", () => {});
    socket.on("data", (bytes) => parts.push(bytes));
    socket.on("end", () => {
      const { servername, getProtocol } = socket as TLSSocket & { servername?: unknown };
      got.push({ bytes: Buffer.concat(parts), servername, protocol: getProtocol?.call(socket) ?? null });
      socket.end();
    });
  };
  const server = certificate
    ? createTlsServer(certificate, take)
    : createTcpServer({ allowHalfOpen: true }, take);
  server.on("tlsClientError", () => {});
  return { got, port: await listening(server) };
}
const seqsIn = (bytes: Buffer) =>
  [...bytes.toString().matchAll(/ seq="(\d+)"/g)].map(([, seq]) => Number(seq));

test("a syslog over TLS (RFC 5425) gets each message with its length before it, and is known by its certificate", async () => {
  const certificate = selfSigned("localhost");
  const { got, port } = await syslog(certificate);
  const view = await sent(`syslog+tls://localhost:${port}`, "SYSLOG", { authorities: certificate.cert });
  expect(view).toMatchObject({ state: "ACTIVE", cursorSeq: 2, lastError: null });
  const [{ bytes, servername, protocol }, ...others] = got as [(typeof got)[0]];
  expect([others, servername, protocol]).toEqual([[], "localhost", "TLSv1.3"]);
  expect(seqsIn(bytes)).toEqual([1, 2]);
  const length = Number(bytes.toString().split(" ", 1)[0]);
  const second = bytes.subarray(String(length).length + 1 + length).toString();
  expect(bytes.toString()).toMatch(/^\d+ <110>1 /);
  expect(second).toMatch(/^\d+ <110>1 \S+ \S+ postwatch - campaign\.paused \[postwatch@32473 seq="2" /);
});

test.each([
  ["nobody vouches for", "localhost", false, /self-signed certificate/],
  ["is of another name", "logs.example.com", true, /does not match certificate's altnames/],
])("a certificate that %s is refused, and nothing is sent", async (_what, name, isTrusted, error) => {
  const certificate = selfSigned(name);
  const { got, port } = await syslog(certificate);
  const out = isTrusted ? { authorities: certificate.cert } : {};
  const view = await sent(`syslog+tls://localhost:${port}`, "SYSLOG", out);
  expect(view).toMatchObject({ state: "FAILING", cursorSeq: 0, deliveredAt: null });
  expect(view.lastError).toMatch(error);
  expect(seqsIn(Buffer.concat(got.map(({ bytes }) => bytes)))).toEqual([]);
});

test("a webhook that does not answer in time has not taken it, and which time that is is said", async () => {
  receiver.behave(hangs);
  expect(outbound(true).timeoutMs).toBe(10_000);
  const view = await sent(receiver.url, "WEBHOOK", { timeoutMs: 250 });
  expect(view).toMatchObject({ state: "FAILING", cursorSeq: 0, lastError: "No answer within 0.25 seconds." });
  expect(receiver.got.map(({ delivery: { from, to } }) => [from, to])).toEqual([[1, 2]]);
});

test("nor has a syslog that reads and never closes", async () => {
  const port = await listening(createTcpServer({ allowHalfOpen: true }, (socket) => void socket.resume()));
  const view = await sent(`syslog://127.0.0.1:${port}`, "SYSLOG", { timeoutMs: 400 });
  expect(view).toMatchObject({ state: "FAILING", cursorSeq: 0, lastError: "No answer within 0.4 seconds." });
});

test.each(["WEBHOOK", "SYSLOG"] as const)(
  "%s: where a name led when it was judged is where the connection goes, and it is asked once",
  async (kind) => {
    const { got, port } = await syslog();
    const asked: string[] = [];
    const lookup = async (name: string) => {
      asked.push(name);
      return [{ address: "127.0.0.1", family: 4 }];
    };
    const url =
      kind === "WEBHOOK"
        ? `http://rebound.invalid:${receiver.port}/hook`
        : `syslog://rebound.invalid:${port}`;
    expect(await sent(url, kind, { lookup })).toMatchObject({ state: "ACTIVE", cursorSeq: 2 });
    expect(asked).toEqual(["rebound.invalid"]);
    expect(receiver.got.length + got.length).toBe(1);
    if (kind === "WEBHOOK") expect(receiver.got[0]!.headers.host).toBe(`rebound.invalid:${receiver.port}`);
  },
);

test.each(["WEBHOOK", "SYSLOG"] as const)(
  "%s: a name that is public when it is judged and loopback when it is connected to reaches no loopback",
  async (kind) => {
    const { got, port } = await syslog();
    const asked: string[] = [];
    // Public by its form, and nobody's: IANA has given 2000::/16 to no one. The system says that localhost is loopback.
    const lookup = async (name: string) => {
      asked.push(name);
      return [{ address: asked.length === 1 ? "2000::1" : "127.0.0.1", family: asked.length === 1 ? 6 : 4 }];
    };
    const url = kind === "WEBHOOK" ? `http://localhost:${receiver.port}/hook` : `syslog://localhost:${port}`;
    const view = await sent(url, kind, { lookup, allowsPrivate: false, timeoutMs: 500 });
    expect(view).toMatchObject({ state: "FAILING", cursorSeq: 0 });
    expect(view.lastError).toMatch(/2000::1|No answer within 0\.5 seconds|Connect Timeout/);
    expect(asked).toEqual(["localhost"]);
    expect([receiver.got, got]).toEqual([[], []]);
  },
);

test("a name of which one address is not public is not gone to, though another one is", async () => {
  const lookup = async () => [
    { address: "2000::1", family: 6 },
    { address: "127.0.0.1", family: 4 },
  ];
  const view = await sent(`http://mixed.example:${receiver.port}/hook`, "WEBHOOK", {
    lookup,
    allowsPrivate: false,
  });
  expect(view.lastError).toBe("mixed.example leads to an address that is not public.");
  expect(receiver.got).toEqual([]);
});
