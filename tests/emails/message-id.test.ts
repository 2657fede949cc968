import { expect, it } from "vitest";
import { messageIdHeader } from "../../domain/emails/index.js";
import { newId } from "../../domain/ids.js";

const KEY = Buffer.alloc(32, 7);
const IDS = {
  campaignId: "0192f0c1-0000-7000-8000-000000000001",
  stepId: "0192f0c1-0000-7000-8000-000000000002",
  leadId: "0192f0c1-0000-7000-8000-000000000003",
  fromEmail: "news@Example.org",
};

it("is the same for every attempt, and another for another lead, step, campaign or key", () => {
  const header = messageIdHeader(KEY, IDS);
  expect(messageIdHeader(KEY, { ...IDS })).toBe(header);
  const others = [
    messageIdHeader(KEY, { ...IDS, leadId: newId() }),
    messageIdHeader(KEY, { ...IDS, stepId: newId() }),
    messageIdHeader(KEY, { ...IDS, campaignId: newId() }),
    messageIdHeader(Buffer.alloc(32, 8), IDS),
  ];
  expect(new Set([header, ...others]).size).toBe(5);
});

it("is a legal msg-id in lower case, with the sender's domain", () => {
  for (let n = 0; n < 200; n += 1) {
    const header = messageIdHeader(KEY, {
      campaignId: newId(),
      stepId: newId(),
      leadId: newId(),
      fromEmail: "a@b.test",
    });
    expect(header).toMatch(/^<c\.[0-9a-z]{26}\.[0-9a-z]{26}\.[0-9a-z]{26}\.[0-9a-z]{16}@b\.test>$/);
  }
});

it("stays below 250 octets with the longest domain, and ASCII with an international one", () => {
  const longest = `a@${Array.from({ length: 4 }, () => "d".repeat(60)).join(".")}.test`;
  const long = messageIdHeader(KEY, { ...IDS, fromEmail: longest });
  expect(Buffer.byteLength(long)).toBeLessThan(250);
  expect(long.endsWith(`@${"d".repeat(60)}.${"d".repeat(60)}.test>`)).toBe(true);
  expect(messageIdHeader(KEY, { ...IDS, fromEmail: "post@bücher.example" })).toMatch(
    /@xn--bcher-kva\.example>$/,
  );
});
