import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createCampaign, launchCampaign } from "../../domain/campaigns/index.js";
import {
  checkTemplate,
  compileTemplate,
  conversions,
  inspectWording,
  isMjml,
  render,
  templateVariables,
} from "../../domain/emails/index.js";
import { lostText } from "../../domain/emails/mjml-lost.js";
import { MJML_LENGTH_LIMIT } from "../../domain/emails/mjml.js";
import { convertMjml } from "../../domain/emails/mjml-thread.js";
import type { Id } from "../../domain/ids.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { organisation } from "../support/organisation.js";
import { LEAD } from "../support/template-lead.js";

const mjml = (body: string) =>
  `<mjml>\n<mj-body>\n<mj-section><mj-column>\n${body}\n</mj-column></mj-section>\n</mj-body>\n</mjml>`;
const parts = (html: string) => ({ subject: "Hello", html, text: null });
const faultOf = async (html: string, convert = conversions()) => {
  await convert(html);
  return checkTemplate(parts(html)).map(({ path, rule, message }) => ({ path, rule, message }));
};

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

test("MJML becomes HTML that mail programs show, its Liquid works, and nothing is fetched from elsewhere", async () => {
  const source = mjml(
    `<mj-text>Hi {{ first_name | default: "a<b" }}{% if company == "Acme & <Co>" %}, of {{ company }}{% endif %}</mj-text>
<mj-button href="https://x.example/?who={{ email }}&amp;a=1">Go</mj-button>`,
  );
  expect([isMjml(source), isMjml(`\n ${source}`), isMjml("<p><mjml></p>"), isMjml("<mjmlx>")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(await faultOf(source)).toEqual([]);
  const mail = render(compileTemplate(parts(source)), {
    ...LEAD,
    firstName: "<Ana>",
    company: "Acme & <Co>",
  });
  expect(mail).toMatchObject({ kind: "rendered", text: expect.stringContaining("Hi <Ana>, of Acme & <Co>") });
  const { html } = mail as { html: string };
  expect(html).toContain("Hi &lt;Ana&gt;, of Acme &amp; &lt;Co&gt;");
  expect(html).toContain(`href="https://x.example/?who=${LEAD.email}&amp;a=1"`);
  expect(html).toContain("<!--[if mso | IE]>");
  expect(html).not.toMatch(/<mj-|fonts\.googleapis|@import/);
  expect(templateVariables(parts(source))).toEqual(["company", "email", "first_name"]);
  // What the pre-flight sees is what is mailed.
  await conversions()(mjml('<mj-button href="">[link]</mj-button>'));
  expect(
    inspectWording(parts(mjml('<mj-button href="">[link]</mj-button>')), true).map(({ rule, line }) => [
      rule,
      line,
    ]),
  ).toEqual(expect.arrayContaining([["placeholder", null]]));
});

test("what is wrong in MJML is said with its line, before anything is saved", async () => {
  const said = async (body: string) =>
    (await faultOf(mjml(body))).map(({ rule, message }) => [rule, message]);
  expect(await said("<mj-text>ok</mj-text>\n<mj-txet>no</mj-txet>")).toEqual([
    ["mjml", expect.stringMatching(/^Line 5: .*mj-txet/)],
  ]);
  expect(await said('<mj-text colour="red">x</mj-text>')).toEqual([
    ["mjml", expect.stringMatching(/^Line 4: .*colour/)],
  ]);
  expect(await said("{% if company %}\n<mj-text>x</mj-text>\n{% endif %}")).toEqual([
    [
      "mjml",
      "Line 4: “{% if company %}” is lost in the conversion: put it inside an mj-text, or the lines with it into an mj-raw.",
    ],
  ]);
  // The same pair inside an mj-text does not stand for one that is lost.
  const vip = '{% if custom.vip == "yes" %}';
  expect(
    await said(`<mj-text>${vip}\nHi{% endif %}</mj-text>\n${vip}<mj-text>x</mj-text>{% endif %}`),
  ).toEqual([["mjml", expect.stringMatching(/^Line 6: “\{% if custom\.vip == "yes" %\}” is lost/)]]);
  // Lines are counted as they were written, and words are those that were.
  expect(await said('{% comment %}\n\n{% endcomment %}\n<mj-text {{ email }}="x">x</mj-text>')).toEqual([
    ["mjml", expect.stringMatching(/^Line 7: .*\{\{ email \}\}/)],
  ]);
  expect(
    await said("<mj-raw>{% if company %}</mj-raw>\n<mj-text>x</mj-text>\n<mj-raw>{% endif %}</mj-raw>"),
  ).toEqual([]);
  expect(await said("<mj-text>{{ first_name | nope }}</mj-text>")).toEqual([
    ["unknown_filter", 'Line 4: there is no filter "nope".'],
  ]);
  expect((await said("<mj-text>{{ first_name</mj-text>"))[0]![0]).toBe("liquid");
});

test("MJML is known behind comments, declarations and Liquid, and what is left of it anywhere blocks", async () => {
  const source = mjml("<mj-text>Hi</mj-text>{% comment %}<mj-text>old</mj-text>{% endcomment %}");
  for (const before of [
    "<!-- spring -->\n",
    '<?xml version="1.0"?>\n',
    "\uFEFF<!DOCTYPE html>",
    "{% # x %} ",
  ]) {
    expect(isMjml(before + source), before).toBe(true);
    await conversions()(before + source);
    const { html } = render(compileTemplate(parts(before + source)), LEAD) as { html: string };
    expect(html).toMatch(/^\s*<!doctype html>/i);
    expect(html).not.toMatch(/<mj|old/);
  }
  expect(await faultOf(`{% assign a = 1 %}${source}`)).toMatchObject([
    { rule: "mjml", message: expect.stringMatching(/^Line 1: “\{% assign a = 1 %\}” is lost/) },
  ]);
  expect(isMjml(`${"<!---->".repeat(14_000)}<p>`)).toBe(false);
  const left = inspectWording(parts(`<p>Hello</p>\n${source}`), true).filter(
    ({ rule }) => rule === "mjml_left",
  );
  expect(left.slice(0, 2)).toMatchObject([
    { severity: "BLOCKING", line: 2, excerpt: "<mjml>" },
    { severity: "BLOCKING", line: 3, excerpt: "<mj-body>" },
  ]);
  const raw = parts(mjml("<mj-raw><mj-text>x</mj-text></mj-raw>"));
  await conversions()(raw.html);
  expect(inspectWording(raw, true).map(({ rule }) => rule)).toContain("mjml_left");
  const shown = parts("<p>&lt;mj-text&gt;</p><!-- <mj-text> -->");
  expect(inspectWording(shown, true).map(({ rule }) => rule)).toEqual(["text_made"]);
});

test("I7 hostile MJML is refused and reads no file; the next source is converted as before", async () => {
  const hostile: Readonly<Record<string, readonly [string, RegExp]>> = {
    include: [mjml('\n<mj-include path="/etc/passwd" />'), /^Line 5: mj-include reads files/],
    "include in other letters": [
      mjml('<MJ-Include path="file:///etc/passwd" type="html" />'),
      /mj-include reads files/,
    ],
    long: [mjml("x".repeat(MJML_LENGTH_LIMIT)), /at most 50,000 characters/],
    deep: [
      `<mjml><mj-body>${"<mj-wrapper>".repeat(1900)}${"</mj-wrapper>".repeat(1900)}</mj-body></mjml>`,
      /nested too deeply|too long|mj-wrapper/,
    ],
    wide: [
      `<mjml><mj-body>${"<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>".repeat(700)}</mj-body></mjml>`,
      /100,000 are the most|too long/,
    ],
    carousel: [
      mjml(`<mj-carousel>${'<mj-carousel-image src="x"/>'.repeat(1700)}</mj-carousel>`),
      /100,000 are the most|too long/,
    ],
    selectors: [
      `<mjml><mj-head><mj-style inline="inline">${Array.from({ length: 1500 }, (_, n) => `div div div td:nth-child(${n}) p{a:b}`).join("")}</mj-style></mj-head><mj-body><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>`,
      /./,
    ],
  };
  for (const [name, [source, words]] of Object.entries(hostile)) {
    const faults = await faultOf(source);
    if (name === "selectors" && faults.length === 0) continue;
    expect(faults[0]?.message, name).toMatch(words);
    expect(JSON.stringify(faults)).not.toContain("root:");
  }
  expect(await faultOf(mjml("<mj-text>still here</mj-text>"))).toEqual([]);
});

test("I7 what takes too long is ended with its thread while others are answered, is not remembered, and ends the check; a stall is tried again", async () => {
  const wide = `<mjml><mj-body>${"<mj-section><mj-column><mj-text>w</mj-text></mj-column></mj-section>".repeat(700)}</mj-body></mjml>`;
  const good = mjml("<mj-text>good</mj-text>");
  const tooLong = [
    { path: ["html"], rule: "mjml", message: expect.stringMatching(/^The conversion took too long/) },
  ];
  const end = vi.spyOn(Worker.prototype, "terminate");
  const short = conversions(1);
  expect(await faultOf(wide, short)).toEqual(tooLong);
  expect(await faultOf(good, short)).toEqual(tooLong);
  expect(end).toHaveBeenCalled();
  end.mockClear();
  expect(await faultOf(good)).toEqual([]);
  let turns = 0;
  const turning = setInterval(() => (turns += 1), 1);
  expect(await convertMjml(wide, 10_000)).toEqual({
    answer: { html: expect.any(String) },
    took: expect.any(Number),
  });
  clearInterval(turning);
  expect(turns).toBeGreaterThan(3);
  expect(end).not.toHaveBeenCalled();
  // One source that gets no answer, as in a stall: a second thread converts it.
  vi.spyOn(Worker.prototype, "postMessage").mockImplementationOnce(() => {});
  expect(await faultOf(mjml("<mj-text>later</mj-text>"))).toEqual([]);
  expect(end).toHaveBeenCalledTimes(1);
  vi.restoreAllMocks();
});

test("a campaign keeps its MJML as it was written, and what is launched is frozen as HTML", async () => {
  const org = await organisation(db);
  const [lead] = await db.sql<{ id: Id }>(
    `insert into lead (id, tenant_id, email, email_canonical, email_hash, first_name, source)
     values (uuid_v7(), $1, 'a@example.org', 'a@example.org', sha256('a@example.org'), 'Ana', 'test') returning id`,
    [org.tenantId],
  );
  const html = mjml("<mj-text>Hi {{ first_name }}. Reply to unsubscribe.</mj-text>");
  const step = {
    delayMinutes: 0,
    subject: "Hello",
    html,
    text: null,
    variants: [{ subject: "Hey", html, text: null, weight: 1 }],
  };
  const draft = {
    name: "M",
    fromName: "A",
    fromEmail: "a@example.com",
    postalAddress: "Road 1",
    audience: { leadIds: [lead!.id] },
  };
  const { campaignId } = await org.as("ADMIN").run(createCampaign, { ...draft, steps: [step] });
  const refused = await org
    .as("ADMIN")
    .run(createCampaign, { ...draft, steps: [{ ...step, html: mjml("<mj-nope/>") }] })
    .catch((error: { issues: readonly { path: readonly string[]; rule: string }[] }) => error.issues);
  expect(refused).toMatchObject([{ path: ["steps", "0", "html"], rule: "mjml" }]);
  await org.as("ADMIN").run(launchCampaign, { campaignId });
  const [frozen] = await db.sql<{ own: string; other: string; kept: string }>(
    `select content->'steps'->0->>'html' as own, content->'steps'->0->'variants'->0->>'html' as other, s.html as kept
     from campaign_version v join step s on s.campaign_id = v.campaign_id where v.campaign_id = $1`,
    [campaignId],
  );
  expect(frozen!.kept).toBe(html);
  expect(frozen!.own).toBe(frozen!.other);
  expect(frozen!.own).toMatch(/^\s*<!doctype html>/i);
  expect(frozen!.own).toContain("Hi {{ first_name }}.");
});

test("CS-11 text between the elements of MJML, which the converter drops without a word, is refused with its line", async () => {
  const refusal = (line: number, text: string) => [
    {
      path: ["html"],
      rule: "mjml",
      message: `Line ${line}: “${text}” is lost in the conversion: put it inside an mj-text.`,
    },
  ];
  const around = (at: string, lost: string) => mjml("<mj-text>Hi</mj-text>").replace(at, `${at}\n${lost}\n`);
  expect(await faultOf(mjml("<mj-text>Hi</mj-text>\nBefore the end, {{ first_name }}!"))).toMatchObject([
    { message: expect.stringContaining("Line 5: “{{ first_name }}” is lost") },
  ]);
  expect(await faultOf(mjml("<mj-text>Hi</mj-text>\n Our  offer\nends today <mj-spacer />"))).toEqual(
    refusal(5, "Our offer ends today"),
  );
  for (const at of ["<mjml>", "<mj-body>", "<mj-section>", "<mj-column>", "</mj-body>", "</mjml>"])
    expect(await faultOf(around(at, "gone")), at).toEqual(
      refusal(around(at, "gone").split("\n").indexOf("gone") + 1, "gone"),
    );
  expect(await faultOf(mjml("<mj-spacer>x > y</mj-spacer>"))).toEqual(refusal(4, "x > y"));
  // Nothing is lost of what stands in elements that keep it, of comments, spaces and attributes.
  const whole = `<!-- said -->&nbsp;
<mj-text css-class="a>b">a <b title='c>d'>b</b> {{ first_name | default: "<x>" }}</mj-text>
<mj-raw><p>raw</p> text</mj-raw><mj-spacer /><mj-button href="https://x.example/">Go</mj-button>
<MJ-TABLE><tr><td>cell</td></tr></MJ-TABLE>`.replaceAll("MJ-TABLE", "mj-table");
  expect(
    await faultOf(
      mjml(whole).replace(
        "<mj-body>",
        "<mj-head><mj-title>T</mj-title><mj-style>p { color: red }</mj-style></mj-head><mj-body>",
      ),
    ),
  ).toEqual([]);
  // As long as it may be, and written to be slow: a test that does not end is one that fails.
  const hostile = `${'<a "'.repeat(6_000)}${"<".repeat(30_000)}`.slice(0, MJML_LENGTH_LIMIT);
  expect(lostText(hostile)).toMatchObject({ offset: 0 });
});
