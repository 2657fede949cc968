import "reflect-metadata";
import { GraphQLScalarType } from "graphql";
import { Field, ObjectType, Query, Resolver, Root, Subscription } from "type-graphql";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Answers } from "../../schema/answers-for.js";
import { buildSchema } from "../../schema/build-schema.js";
import { SHELVES } from "../../schema/shelves.js";
import { startApi, type Api } from "../support/api.js";
import { makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { TestSocket } from "../support/socket.js";

const source = { opened: 0, ended: 0, isSpoilt: false, isBroken: false };

async function* numbers() {
  source.opened += 1;
  try {
    for (;;) {
      if (source.isBroken) throw new Error("the source is broken");
      yield { value: 1 };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    source.ended += 1;
  }
}

/** Once spoilt its values are bigints, of which JSON knows nothing: the answer is made, and cannot be written down. */
const Spoiling = new GraphQLScalarType({
  name: "Spoiling",
  serialize: (value) => (source.isSpoilt ? BigInt(value as number) : value),
});

@ObjectType({ simpleResolvers: true })
class Numbered {
  @Field(() => Spoiling)
  value!: number;
}

@Resolver()
class Counting {
  @Query(() => String)
  ping(): string {
    return "pong";
  }

  @Answers("equalRights")
  @Subscription(() => Numbered, { subscribe: () => numbers() })
  numbered(@Root() numbered: Numbered): Numbered {
    return numbered;
  }
}

const rules = { Query: { ping: "public" }, Subscription: { numbered: "signedIn" } } as const;
const MEMBERS = 3;
let api: Api;
beforeAll(async () => {
  api = await startApi({ built: buildSchema([...SHELVES, { resolvers: [Counting], rules }]) });
});
afterAll(() => api.close());
beforeEach(() => void Object.assign(source, { opened: 0, ended: 0, isSpoilt: false, isBroken: false }));

async function member(): Promise<TestSocket> {
  const user = await makeUser(api.db.database, { tenantId: api.tenantId, role: "MANAGER" });
  const socket = await TestSocket.connect(api.url, `Bearer ${await api.tokenOf(user)}`);
  await socket.event(socket.subscribe("subscription { numbered { value } }"));
  return socket;
}

test.each([
  ["an event cannot be written down", "isSpoilt", "BigInt"],
  ["its source breaks", "isBroken", "the source is broken"],
] as const)(
  "when %s all are sent away with one line in the log, the source ends, and the next one opens another",
  async (_what, fault, message) => {
    const members = await Promise.all(Array.from({ length: MEMBERS }, member));
    expect(source).toMatchObject({ opened: 1, ended: 0 });
    const logged = api.logLines.length;
    source[fault] = true;
    for (const { closed } of members) expect(await closed).toEqual({ code: 1013, reason: "Try again later" });
    await eventually(() => source.ended === 1);
    const errors = api.logLines.slice(logged).filter((line) => /"level":[56]0/.test(line));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(message);
    expect(JSON.stringify(members.map(({ messages }) => messages))).not.toContain(message);

    source[fault] = false;
    const again = await member();
    expect(source).toMatchObject({ opened: 2, ended: 1 });
    await again.close();
    await eventually(() => source.ended === 2);
  },
);
