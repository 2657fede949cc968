import { expect, test } from "vitest";
import { upstreamOf } from "../../platform/tracking/upstream.js";

const TRACE = `${"a".repeat(32)}-${"b".repeat(16)}`;
const ours = "other=1, sentry-public_key=key";

test("ET-02 the decision of whoever names our key is taken over", () => {
  const upstream = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
  expect(upstreamOf(`${TRACE}-1`, ours, "key")).toEqual({ ...upstream, isSampled: true });
  expect(upstreamOf(`${TRACE}-0`, ours, "key")).toEqual({ ...upstream, isSampled: false });
});

test.each([
  ["another key", `${TRACE}-1`, "sentry-public_key=other"],
  ["a key that only begins as ours", `${TRACE}-1`, "sentry-public_key=key2"],
  ["no baggage", `${TRACE}-1`, undefined],
  ["baggage without end", `${TRACE}-1`, `${ours},x=${"y".repeat(1000)}`],
  ["no decision", TRACE, ours],
  ["another form", `00-${TRACE}-01`, ours],
  ["capitals", `${TRACE.toUpperCase()}-1`, ours],
  ["more than one", [`${TRACE}-1`, `${TRACE}-1`], ours],
])("ET-02 the dice decide for %s", (_what, trace, baggage) => {
  expect(upstreamOf(trace, baggage, "key")).toBeUndefined();
});
