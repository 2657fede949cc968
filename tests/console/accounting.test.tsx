import { render, screen, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { CampaignFacts } from "../../console/src/campaigns/parts/CampaignFacts";
import type { CampaignDetails } from "../../console/src/campaigns/campaigns.gql";
import { AccountingCard } from "../../console/src/campaigns/parts/AccountingCard";
import { addsUp, segmentsOf, settledCount } from "../../console/src/lib/accounting";

const accounting = {
  audience: 100,
  planning: false,
  mails: null,
  buckets: [
    { bucket: "SENT", reason: null, count: 60 },
    { bucket: "SKIPPED", reason: "COOL_DOWN", count: 3 },
    { bucket: "SKIPPED", reason: "SUPPRESSED", count: 7 },
    { bucket: "PLANNED", reason: null, count: 28 },
    { bucket: "FAILED", reason: "POLICY", count: 2 },
  ] as const,
};

const card = (change: Partial<typeof accounting> = {}, onSelect = vi.fn()) => {
  render(() => (
    <AccountingCard
      accounting={{ ...accounting, ...change }}
      isDraft={false}
      selected=""
      onSelect={onSelect}
    />
  ));
  return onSelect;
};

test("segments follow the life of a message, with reasons gathered and the largest first", () => {
  const segments = segmentsOf(accounting);
  expect(segments.map((each) => [each.bucket, each.count])).toEqual([
    ["SENT", 60],
    ["PLANNED", 28],
    ["SKIPPED", 10],
    ["FAILED", 2],
  ]);
  expect(segments[2]?.reasons).toEqual([
    { reason: "SUPPRESSED", count: 7 },
    { reason: "COOL_DOWN", count: 3 },
  ]);
  expect(settledCount(accounting)).toBe(72);
  expect(addsUp(accounting)).toBe(true);
});

test("the card writes the sum out and says that nobody is missing", () => {
  card();
  expect(
    screen.getByText("60 sent + 28 planned + 10 skipped + 2 failed = 100. Nobody is missing."),
  ).toBeVisible();
  expect(
    screen.getByRole("img", { name: "Audience: 60 sent, 28 planned, 10 skipped, 2 failed" }),
  ).toBeInTheDocument();
  expect(within(screen.getByRole("list")).getByText("Suppressed")).toBeVisible();
});

test("of a sequence the card tells its mails beside its people, who mostly stand at their next one", () => {
  const rest = { sending: 0, queued: 0, skipped: 0, cancelled: 0, uncertain: 0, failed: 0 };
  const mails = { total: 300, sent: 120, planned: 180, ...rest };
  render(() => (
    <AccountingCard accounting={{ ...accounting, mails }} isDraft={false} selected="" onSelect={vi.fn()} />
  ));
  expect(screen.getByText("120 of 300 mails sent")).toBeVisible();
  expect(screen.getByRole("img", { name: "Mails: 120 sent, 180 planned" })).toBeInTheDocument();
});

test("parts that do not add up are reported, not hidden", () => {
  card({ audience: 101 });
  expect(screen.getByRole("alert")).toHaveTextContent("The parts do not add up to 101.");
});

test("while the audience is written down the card does not claim completeness", () => {
  card({ planning: true, audience: 400 });
  expect(screen.getByRole("status")).toHaveTextContent("still being written down");
  expect(screen.queryByText(/Nobody is missing/)).toBeNull();
});

test("a bucket selects its messages", async () => {
  const onSelect = card();
  await userEvent.click(screen.getByRole("button", { name: /Failed/ }));
  expect(onSelect).toHaveBeenCalledWith("FAILED");
});

test("of a sequence each step says how far it is; of one step the sum has said it", () => {
  const step = (position: number) => ({
    id: String(position),
    position,
    subject: `Mail ${position}`,
    delayMinutes: 60,
    delayBusinessDays: 0,
  });
  const facts = (steps: object[]) => {
    const campaign = {
      fromName: "Ada",
      senders: [],
      fromEmail: "ada@example.com",
      replyTo: null,
      schedule: null,
      audience: { lists: [], leadIds: [] },
      accounting: {
        ...accounting,
        steps: [
          { position: 1, buckets: [{ bucket: "SENT", reason: null, count: 1200 }] },
          {
            position: 2,
            buckets: [
              { bucket: "PLANNED", reason: null, count: 1160 },
              { bucket: "SENT", reason: null, count: 40 },
            ],
          },
        ],
      },
      steps,
    };
    return render(() => <CampaignFacts campaign={campaign as unknown as CampaignDetails} />);
  };
  facts([step(1)]).unmount();
  expect(screen.queryByText("1,200 sent")).toBeNull();
  facts([step(1), step(2)]);
  expect(screen.getByText("1,200 sent")).toBeVisible();
  expect(screen.getByText("40 sent, 1,160 planned")).toBeVisible();
  expect(screen.getByRole("img", { name: "Step 2: 40 sent, 1,160 planned" })).toBeInTheDocument();
});
