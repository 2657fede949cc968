import { screen } from "@solidjs/testing-library";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setLink } from "../../console/src/api/link";
import { setBroken } from "../../console/src/api/live";
import { useStale } from "../../console/src/api/use-stale";
import { render } from "@solidjs/testing-library";

const Figures = () => {
  const stale = useStale();
  return <p data-stale={stale() === undefined ? undefined : ""}>42</p>;
};
const isGrey = () => screen.getByText("42").hasAttribute("data-stale");
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  setLink("live");
  setBroken(0);
});
afterEach(() => {
  setBroken(0);
  vi.useRealTimers();
});

test.each([
  ["the line is cut", () => void setLink("connecting"), () => void setLink("live")],
  ["a stream has broken off", () => void setBroken(1), () => void setBroken(0)],
])("AC-08 figures are grey a second after %s, and no longer when it is back", async (_, cut, mend) => {
  const { unmount } = render(() => <Figures />);
  expect(isGrey()).toBe(false);
  cut();
  await pass(900);
  expect(isGrey()).toBe(false);
  await pass(200);
  expect(isGrey()).toBe(true);
  mend();
  expect(isGrey()).toBe(false);
  unmount();
});
