import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  buildSchema as parseSchema,
  getNamedType,
  isInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
} from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksum, type Speaker } from "../support/api.js";
import { eventually } from "../support/eventually.js";
import { TestSocket } from "../support/socket.js";
import { FEED_FILTERS, REQUESTS, SUBSCRIPTIONS } from "./support/probes.js";
import { setStage, type Stage } from "./support/stage.js";
import { seal } from "../audit/proof-support.js";
import type { Kind } from "./support/world.js";

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.api.close());

/** What a refusal may write. */
const RECORDS = ["event", "pending_event"];

interface Told {
  readonly status: number;
  readonly text: string;
}

/** The whole answer, with every id that was sent taken out. */
async function told(speaker: Speaker, document: string, id: string): Promise<Told> {
  const { status, text } = await speaker.ask(document, { id });
  return { status, text: id === "" ? text : text.replaceAll(id, "<id>") };
}

describe("what is another team's or another organisation's is as if it were not there", () => {
  test("every argument that takes an id is tried", () => {
    const tried = new Set([...REQUESTS, ...SUBSCRIPTIONS, ...FEED_FILTERS].map(({ argument }) => argument));
    expect([...tried].toSorted()).toEqual(idArguments().toSorted());
  });

  let untouched: string;
  beforeAll(async () => {
    untouched = await checksum(stage.api.db, RECORDS);
  });

  let turn = 0;
  test.each(REQUESTS)("$argument ($kind)", async (probe) => {
    const { ours, theirs, foreign, outsider, strangers } = stage;
    turn += 1;
    const refusable = strangers[turn % strangers.length]!;
    const askers = [[refusable, theirs] as const, [outsider, foreign] as const];
    for (const [asker, own] of probe.isOfAll ? askers.slice(1) : askers) {
      const document = probe.document(own);
      const nothing = await told(asker, document, randomUUID());
      expect(nothing.status).toBe(200);
      expect(nothing.text).not.toContain("INTERNAL_SERVER_ERROR");
      const names = [
        ours[probe.kind],
        ours[otherKind(probe.kind)],
        asker === refusable ? foreign[probe.kind] : theirs[probe.kind],
      ];
      for (const answer of await Promise.all(names.map((id) => told(asker, document, id))))
        expect(answer).toEqual(nothing);
      for (const answer of await Promise.all(MALFORMED.map((id) => told(asker, document, id)))) {
        expect(answer.status).toBe(200);
        expect(answer.text).toMatch(/NOT_FOUND|BAD_USER_INPUT|FORBIDDEN|InvalidInput|"node":null/);
      }
    }
  });

  test("and nothing has changed", async () => {
    expect(await checksum(stage.api.db, RECORDS)).toBe(untouched);
  });

  const MALFORMED = ["1", "' or 1=1 --", "00000000-0000-0000-0000-00000000000g", "x".repeat(10_000)];

  test.each(SUBSCRIPTIONS)("$argument is refused when it is opened", async (probe) => {
    const { api, ours, theirs, foreign, stranger, outsider } = stage;
    for (const [asker, own] of [
      [stranger, theirs],
      [outsider, foreign],
    ] as const) {
      const socket = await TestSocket.connect(api.url, asker.authorization);
      const refusals = [];
      for (const id of [randomUUID(), ours[probe.kind], ours[otherKind(probe.kind)], "1"]) {
        const operation = socket.subscribe(probe.document(own), { id });
        refusals.push(await socket.refusal(operation));
        expect(socket.events(operation)).toEqual([]);
      }
      expect(refusals[0]).toEqual([expect.objectContaining({ extensions: { code: "NOT_FOUND" } })]);
      for (const refusal of refusals) expect(refusal).toEqual(refusals[0]);
      await socket.close();
    }
  });

  /** What other transactions of the server are still about waits for them. */
  async function sealed(): Promise<void> {
    const { db } = stage.api;
    const waiting = () => db.sql("select from pending_seal");
    await eventually(async () => {
      await seal(db);
      return waiting();
    }, isEmpty);
  }

  test.each(FEED_FILTERS)("of $argument there comes one's own and nothing else", async (probe) => {
    const { api, ours, foreign, outsider } = stage;
    await sealed();
    const socket = await TestSocket.connect(api.url, outsider.authorization);
    const told = [ours, foreign].map((whose) =>
      socket.subscribe(probe.document(foreign), { id: whose[probe.kind] }),
    );
    expect(JSON.stringify(await socket.event(told[1]!))).toContain(foreign[probe.kind]);
    expect(socket.messages.filter(({ id }) => id === told[0])).toEqual([]);
    await socket.close();
  });

  test("mine and theirs in one document: mine is answered, theirs is not found", async () => {
    const { ours, theirs, stranger } = stage;
    const { data, errors } = await stranger.ask(
      `query ($mine: ID!, $theirs: ID!) { mine: campaign(id: $mine) { name } theirs: campaign(id: $theirs) { name }
        a: node(id: $mine) { __typename } b: node(id: $theirs) { __typename } }`,
      { mine: theirs.campaign, theirs: ours.campaign },
    );
    expect(data).toEqual({
      mine: { name: "badger running" },
      theirs: null,
      a: { __typename: "Campaign" },
      b: null,
    });
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [["theirs"], "NOT_FOUND"],
    ]);
  });
});

const isEmpty = (rows: readonly unknown[]) => rows.length === 0;
const otherKind = (kind: Kind): Kind => (kind === "user" ? "lead" : "user");

/** Every way of the contract to hand an id in: root field, argument, fields of its input. */
function idArguments(): string[] {
  const contract = parseSchema(readFileSync("schema/schema.graphql", "utf8"));
  return ["Query", "Mutation", "Subscription"].flatMap((root) =>
    Object.values((contract.getType(root) as GraphQLObjectType).getFields()).flatMap((field) =>
      field.args.flatMap(({ name, type }) => idsIn(`${root}.${field.name}.${name}`, type)),
    ),
  );
}

function idsIn(path: string, type: GraphQLInputType): string[] {
  const named = getNamedType(type);
  if (named.name === "ID") return [path];
  if (!isInputObjectType(named)) return [];
  return Object.values(named.getFields()).flatMap((field) => idsIn(`${path}.${field.name}`, field.type));
}

describe("whoever belongs to it reaches it", () => {
  // In the order of the table, because what is erased or archived is gone afterwards.
  test.each(REQUESTS.filter(({ reachedBy }) => reachedBy !== null))("$argument ($kind)", async (probe) => {
    const { api, ours } = stage;
    const user = probe.reachedBy === "ADMIN" ? api.people.ADMIN : ours.manager;
    const speaker = api.withHeader(`Bearer ${await api.tokenOf(user)}`);
    const nothing = await told(speaker, probe.document(ours), randomUUID());
    const answer = await told(speaker, probe.document(ours), ours[probe.kind]);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toBe(nothing.text);
    expect(answer.text).not.toMatch(/NOT_FOUND|FORBIDDEN|INTERNAL_SERVER_ERROR|There is no such/);
  });

  test.each(SUBSCRIPTIONS)("$argument", async (probe) => {
    const { api, ours } = stage;
    const socket = await TestSocket.connect(api.url, (await api.as("ADMIN")).authorization);
    const id = socket.subscribe(probe.document(ours), { id: ours[probe.kind] });
    expect(JSON.stringify(await socket.event(id))).toContain(ours.mark);
    await socket.close();
  });
});
