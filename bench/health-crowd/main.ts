import { atLeast, atMost, publish, roundedRow, type Goal } from "../harness/report.js";
import { startProduct } from "../health-page/product.js";
import { WatchedPage } from "../health-page/watched-page.js";
import { feed } from "./crowd.js";

const PAGES = 1_000;
const SECONDS = 20;
const INTERVAL_MS = 200;

const product = await startProduct();
// What the real page says to the server; then it makes room.
const page = await WatchedPage.open(product);
await page.close();
const fed = await feed(product, page.payload, PAGES, SECONDS);
await product.stop();

const goals: Goal[] = [
  atLeast("samples a second for the slowest page", fed.leastPerSecond, 4.5),
  atMost("ms that 99 % of the samples took", fed.p99Ms, INTERVAL_MS),
  atMost("per cent of a core of the server", fed.serverPercent, 50),
];
publish({
  name: "health-crowd",
  setting:
    `${PAGES.toLocaleString("en")} sockets with the subscription that the health page sends, a sample every ${INTERVAL_MS} ms for ${SECONDS} s, one server: ` +
    "from when a sample was taken until a page has it, and the CPU time of the server.",
  rows: [roundedRow(`${PAGES} pages`, { ...fed })],
  goals,
});
process.exitCode = goals.every(({ isMet }) => isMet) ? 0 : 1;
