import { readFileSync } from "node:fs";
import { buildSchema as parseSchema, isObjectType } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { campaignChannel, type CampaignHint } from "../../domain/channels.js";
import { TestSocket } from "../support/socket.js";
import { ADDRESS, hideLead, SHOWN, TELLS, type HiddenLead } from "./support/hidden-lead.js";
import { pathsOfEvent, pathsTo, type Path } from "./support/paths.js";

/** What tells of leads: an address of its own, or a text that an address may stand in. */
const ABOUT_LEADS = [
  "Lead",
  "Suppression",
  "Message",
  "MessageEvent",
  "TemplatePreview",
  "ImportRowError",
  "TimetableRow",
];
/** Their addresses are colleagues', or the organisation's own. */
const ABOUT_PEOPLE = ["AuditActor", "Me", "PermissionGranter", "SessionUser", "User", "Viewer"];

const contract = parseSchema(readFileSync("schema/schema.graphql", "utf8"));

let hidden: HiddenLead;
beforeAll(async () => {
  hidden = await hideLead();
});
afterAll(() => hidden.api.close());

const TEMPLATE = `subject: "{{ email }}", html: "<p>{{ email }} {{ company }} {{ note | default: '' }}</p>", text: "{{ email | upcase }}"`;
const paths = (): Path[] => {
  const { campaignId, draftId, ids } = hidden;
  const wanted = new Set(ABOUT_LEADS);
  const calls = (node: string) => ({
    campaign: `campaign(id: "${campaignId}")`,
    campaignDryRun: `campaignDryRun(id: "${draftId}")`,
    campaignTimetable: `campaignTimetable(id: "${campaignId}")`,
    campaignPreflight: `campaignPreflight(id: "${campaignId}")`,
    campaignPreview: `campaignPreview(id: "${campaignId}", leadId: "${ids.lead}")`,
    lead: `lead(id: "${ids.lead}")`,
    leadList: `leadList(id: "${ids.list}")`,
    import: `import(id: "${ids.import}")`,
    message: `message(id: "${ids.message}")`,
    messages: `messages(campaignId: "${campaignId}")`,
    previewTemplate: `previewTemplate(${TEMPLATE}, leadId: "${ids.lead}")`,
    node: `node(id: "${node}")`,
  });
  const of = (id: string) => pathsTo(contract, wanted, calls(id));
  const things = { Lead: ids.lead, Message: ids.message, Suppression: ids.suppression, Import: ids.import };
  const nodes = Object.entries(things).flatMap(([type, id]) =>
    of(id).filter(({ name }) => name.startsWith(`node.(${type})`)),
  );
  return [...of("").filter(({ name }) => !name.startsWith("node.")), ...nodes];
};

/** Where an address is met; what belongs to imports is not for everybody. */
const WAYS = [
  "campaignDryRun.rows.edges.node.lead",
  "campaignPreview",
  "campaignPreview.lead",
  "campaignTimetable.edges.node",
  "campaignTimetable.edges.node.lead",
  "lead",
  "leads.edges.node",
  "message",
  "message.enrollment.lead",
  "message.events",
  "message.lead",
  "message.preview",
  "message.preview.lead",
  "messages.edges.node",
  "messages.edges.node.enrollment.lead",
  "messages.edges.node.events",
  "messages.edges.node.lead",
  "messages.edges.node.preview",
  "messages.edges.node.preview.lead",
  "node.(Lead)",
  "node.(Message)",
  "node.(Message).enrollment.lead",
  "node.(Message).events",
  "node.(Message).lead",
  "node.(Message).preview",
  "node.(Message).preview.lead",
  "node.(Suppression)",
  "previewTemplate",
  "previewTemplate.lead",
  "suppressions.edges.node",
];
const WAYS_OF_IMPORTS = [
  "import.errors.edges.node",
  "imports.edges.node.errors.edges.node",
  "node.(Import).errors.edges.node",
];

const MEETS_NOTHING = /"data":\{"\w+":null\}|FORBIDDEN/;

describe("every way of the contract to a lead's address", () => {
  test("is known: a type with an address is about leads or about colleagues", () => {
    const withAddress = Object.values(contract.getTypeMap()).filter(
      (type) => isObjectType(type) && "email" in type.getFields(),
    );
    const known = [...ABOUT_PEOPLE, ...ABOUT_LEADS];
    expect(withAddress.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
    const reached = new Set(paths().map(({ type }) => type));
    expect([...reached].toSorted()).toEqual(ABOUT_LEADS.toSorted());
  });

  test("is masked for a person who may not export, and whole for whoever may", async () => {
    await hidden.mask(true);
    const told = await answersOf(["USER", "MANAGER", "ADMIN"]);
    for (const { path, USER, MANAGER, ADMIN } of told) {
      expect({ path, tells: TELLS.test(USER) }).toEqual({ path, tells: false });
      expect({ path, masked: MANAGER.includes("***") || ADMIN.includes("***") }).toEqual({
        path,
        masked: false,
      });
      expect(MANAGER).toBe(ADMIN);
      // Wherever the whole address stands, its masked form stands for the others, unless they are refused.
      if (MANAGER.includes(ADDRESS) && !MEETS_NOTHING.test(USER))
        expect({ path, answer: USER }).toEqual({ path, answer: expect.stringContaining(SHOWN) });
    }
    const reached = (role: Role, text: string) =>
      told.flatMap((one) => (one[role].includes(text) ? [one.path] : [])).toSorted();
    expect(reached("MANAGER", ADDRESS)).toEqual([...WAYS, ...WAYS_OF_IMPORTS].toSorted());
    expect(reached("USER", SHOWN)).toEqual(WAYS.toSorted());
  });

  test("is whole for everybody while the setting is off", async () => {
    await hidden.mask(false);
    for (const { path, USER, MANAGER } of await answersOf(["USER", "MANAGER"]))
      if (!MEETS_NOTHING.test(USER)) expect({ path, answer: USER }).toEqual({ path, answer: MANAGER });
  });

  type Role = "USER" | "MANAGER" | "ADMIN";
  type Told = { path: string } & Record<Role, string>;
  async function answersOf(roles: readonly Role[]): Promise<Told[]> {
    const speakers = await Promise.all(roles.map(async (role) => [role, await hidden.api.as(role)] as const));
    const told: Told[] = [];
    for (const { name, document } of paths()) {
      const answers = await Promise.all(
        speakers.map(async ([role, speaker]) => {
          const { text } = await speaker.ask(document);
          expect(text).not.toMatch(/INTERNAL_SERVER_ERROR|GRAPHQL_VALIDATION_FAILED|QUERY_TOO_COMPLEX/);
          return [role, text] as const;
        }),
      );
      told.push({ path: name, ...Object.fromEntries(answers) } as Told);
    }
    return told;
  }
});

test("the file of a timetable is masked too, has all rows, and is for whoever reads campaigns", async () => {
  const { api, campaignId, draftId } = hidden;
  const [user, manager, nobody] = await Promise.all([api.as("USER"), api.as("MANAGER"), api.as("ANONYMOUS")]);
  const file = (id: string, more = "") => `/api/campaigns/${id}/timetable.csv${more}`;
  const at = "?startAt=2030-01-01T09:00:00Z";
  await hidden.mask(true);
  const planned = await user.fetch(file(draftId, at));
  expect([planned.status, planned.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
  expect(planned.headers.get("content-disposition")).toMatch(
    /^attachment; filename="campaign-[0-9a-f]{8}-dry-run-\d{4}-\d\d-\d\d\.csv"$/,
  );
  // The address is suppressed, so that nothing would be sent to it.
  expect(await planned.text()).toBe(
    `"lead","step","variant","planned_local","zone","planned_at","skip_reason","missing","from","held_by"\r\n"${SHOWN}",1,0,,"UTC",,"SUPPRESSED",,"ada@example.com",\r\n`,
  );
  // Nor to whoever lacks what is asked for.
  const {
    api: { db },
  } = hidden;
  const [{ subject }] = (await db.sql<{ subject: string }>(
    "update step set subject = '{{ custom.plan }} {{ title }}' where campaign_id = $1 returning (select subject from step where campaign_id = $1) as subject",
    [draftId],
  )) as [{ subject: string }];
  await db.sql("update lead set mailability = 'MAILABLE', title = null where email = $1", [ADDRESS]);
  expect(await (await user.fetch(file(draftId, at))).text()).toContain(
    `"${SHOWN}",1,0,,"UTC",,"MISSING_VARIABLE","custom.plan title","ada@example.com",\r\n`,
  );
  await db.sql("update lead set mailability = 'UNSUBSCRIBED' where email = $1", [ADDRESS]);
  await db.sql("update step set subject = $2 where campaign_id = $1", [draftId, subject]);
  const happened = await (await user.fetch(file(campaignId))).text();
  expect(happened).toContain(SHOWN);
  expect(happened).not.toMatch(TELLS);
  const whole = await (await manager.fetch(file(campaignId))).text();
  expect(whole).toBe(happened.replaceAll(SHOWN, ADDRESS));
  expect(whole.split("\r\n")).toHaveLength(3);
  // Each of them is on record.
  expect(
    await api.db.sql(
      "select changes->0->>'after' as file from event where action = 'lead.exported' order by at",
    ),
  ).toEqual([{ file: "dry-run" }, { file: "dry-run" }, { file: "timetable" }, { file: "timetable" }]);

  const refused = await Promise.all([
    nobody.fetch(file(draftId)),
    user.fetch(file(draftId, "?startAt=soon")),
    user.fetch(file(campaignId, at)),
    user.fetch(file("00000000-0000-4000-8000-000000000000")),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([401, 400, 400, 404]);
});

describe("over the websocket", () => {
  const eventPaths = () =>
    pathsOfEvent(
      contract,
      new Set(ABOUT_LEADS),
      "campaignActivity",
      `campaignActivity(campaignId: "${hidden.campaignId}")`,
    );

  /** The message has changed, again and again, until what is returned is called. */
  function keepHinting(): () => void {
    const hint: CampaignHint = { campaignId: hidden.campaignId, messageId: hidden.ids.message };
    const beat = setInterval(() => {
      void hidden.api.db.sql(
        `insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
         select tenant_id, campaign_id, message_id, type, source, evidence from message_event
         where message_id = $1 order by seq desc limit 1`,
        [hidden.ids.message],
      );
      hidden.api.bus.publish(campaignChannel(hidden.campaignId), hint);
    }, 50);
    return () => clearInterval(beat);
  }

  /** The newest thing that each way tells of the message, once it is hinted at. */
  async function eventsOf(role: "USER" | "MANAGER"): Promise<string[]> {
    const socket = await TestSocket.connect(hidden.api.url, (await hidden.api.as(role)).authorization);
    const operations = eventPaths().map(({ document }) => socket.subscribe(document));
    await Promise.all(operations.map((id) => socket.event(id)));
    const rest = keepHinting();
    const events = await Promise.all(operations.map((id) => socket.event(id, 1)));
    rest();
    await socket.close();
    return events.map((event) => JSON.stringify(event));
  }

  test("the message that changed is masked on every way for a person who may not export", async () => {
    await hidden.mask(true);
    expect(eventPaths().map(({ name }) => name)).toEqual([
      "campaignActivity.change",
      "campaignActivity.message",
      "campaignActivity.message.enrollment.lead",
      "campaignActivity.message.events",
      "campaignActivity.message.lead",
      "campaignActivity.message.preview",
      "campaignActivity.message.preview.lead",
    ]);
    for (const event of await eventsOf("USER")) {
      expect(event).toContain(SHOWN);
      expect(event).not.toMatch(TELLS);
    }
    for (const event of await eventsOf("MANAGER")) expect(event).toContain(ADDRESS);
  });

  test("switching it on ends open streams within a second, and nothing whole comes after", async () => {
    await hidden.mask(false);
    const socket = await TestSocket.connect(hidden.api.url, (await hidden.api.as("USER")).authorization);
    const id = socket.subscribe(
      `subscription { campaignActivity(campaignId: "${hidden.campaignId}") { message { serverReply lead { email } } } }`,
    );
    await socket.event(id);
    const rest = keepHinting();
    expect(JSON.stringify(await socket.event(id, 1))).toContain(ADDRESS);
    const closing = socket.closed.then((closed) => ({ closed, at: performance.now() }));
    const started = performance.now();
    await hidden.mask(true);
    const { closed, at } = await closing;
    expect(closed).toEqual({ code: 4403, reason: "The rights have changed" });
    expect(at - started).toBeLessThan(1_000);
    const again = await TestSocket.connect(hidden.api.url, (await hidden.api.as("USER")).authorization);
    const next = again.subscribe(
      `subscription { campaignActivity(campaignId: "${hidden.campaignId}") { message { serverReply lead { email } } } }`,
    );
    expect(JSON.stringify(await again.event(next, 1))).toContain(SHOWN);
    expect(JSON.stringify(again.messages)).not.toMatch(TELLS);
    rest();
    await again.close();
  });
});
