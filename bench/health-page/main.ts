import { atLeast, atMost, publish, roundedRow, type Goal } from "../harness/report.js";
import { startProduct } from "./product.js";
import { WatchedPage } from "./watched-page.js";

// How long the page is watched; another number on the command line makes a shorter run.
const MINUTES = Number(process.argv[2] ?? 60);
const INTERVAL_MS = 200;

const product = await startProduct();
const page = await WatchedPage.open(product);
const watched = await page.watch(MINUTES);
await page.close();
await product.stop();

const goals: Goal[] = [
  atMost("per cent of a core, all processes of the browser", watched.cpuPercent, 15),
  atLeast("samples a second", watched.samplesPerSecond, 4.5),
  atMost("ms without a sample", watched.biggestGapMs, 3_000),
  atMost(
    "looks at which the page showed less than 4 Hz, or a sample older than a second",
    watched.looksNotLive,
    0,
  ),
  atMost("MB that the heap has grown", watched.heapEndMB - watched.heapBeginMB, 10),
  atMost("complaints of the browser", watched.complaints, 0),
];
publish({
  name: "health-page",
  setting:
    `The health page in Chromium, ${Math.round(watched.minutes)} minutes with a sample every ${INTERVAL_MS} ms: CPU time of all processes of the browser ` +
    "by /proc, samples at the page's socket, what the page says of itself every ten seconds, the heap after a collection.",
  rows: [roundedRow("one page", { ...watched })],
  goals,
});
process.exitCode = goals.every(({ isMet }) => isMet) ? 0 : 1;
