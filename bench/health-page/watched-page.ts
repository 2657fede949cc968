import { setTimeout as sleep } from "node:timers/promises";
import type { CDPSession, WebSocket } from "playwright-core";
import { openConsole, type ConsolePage } from "../../tests/support/console-page.js";
import { browserCpu, type BrowserCpu } from "./browser-cpu.js";
import type { Product } from "./product.js";

/** What became of the page while it was open. */
export interface Watched {
  readonly minutes: number;
  readonly samples: number;
  readonly samplesPerSecond: number;
  /** Between two samples. */
  readonly biggestGapMs: number;
  /** Looks at what the page says of itself, and those at which that was less than 4 Hz or a sample older than a second. */
  readonly looks: number;
  readonly looksNotLive: number;
  /** Per cent of a core. */
  readonly cpuPercent: number;
  readonly rendererPercent: number;
  readonly gpuPercent: number;
  readonly restPercent: number;
  /** Of its worst minute. */
  readonly worstMinutePercent: number;
  readonly heapBeginMB: number;
  readonly heapEndMB: number;
  readonly complaints: number;
}

const LIVE_LINE = /(\d(?:\.\d)?) Hz, last sample (\d+) ms ago/;
const WARM_UP_MS = 10_000;
const LOOK_EVERY_MS = 10_000;
const LOOKS_A_MINUTE = 60_000 / LOOK_EVERY_MS;

/** The health page in a Chromium of its own, and what comes over its socket. */
export class WatchedPage {
  /** What the page subscribes with, word for word. */
  payload = "";
  private samples = 0;
  private lastAt = 0;
  private biggestGapMs = 0;

  private constructor(
    private readonly console: ConsolePage,
    private readonly session: CDPSession,
  ) {}

  /** Signed in, on the health page, warm. */
  static async open(product: Product): Promise<WatchedPage> {
    const opened = await openConsole(product, 1280);
    const session = await opened.page.context().newCDPSession(opened.page);
    await session.send("Performance.enable");
    const watched = new WatchedPage(opened, session);
    opened.page.on("websocket", (socket) => watched.listen(socket));
    await opened.page.goto(`${product.url}/admin/health`);
    await opened.page.getByText(LIVE_LINE).waitFor();
    await opened.page.locator("canvas").nth(3).waitFor();
    await sleep(WARM_UP_MS);
    return watched;
  }

  /** Another socket follows when the token of the first has run out. */
  private listen(socket: WebSocket): void {
    socket.on("framesent", ({ payload }) => {
      const { type, payload: sent } = JSON.parse(String(payload)) as { type: string; payload?: object };
      if (type === "subscribe" && JSON.stringify(sent).includes("healthUpdated"))
        this.payload = JSON.stringify(sent);
    });
    socket.on("framereceived", ({ payload }) => {
      if (!String(payload).includes('"healthUpdated":')) return;
      const now = performance.now();
      this.biggestGapMs = Math.max(this.biggestGapMs, now - this.lastAt);
      this.lastAt = now;
      this.samples += 1;
    });
  }

  async watch(minutes: number): Promise<Watched> {
    const heapBeginMB = await this.heapMB();
    const begun = { at: performance.now(), cpu: browserCpu(), samples: this.samples };
    this.biggestGapMs = 0;
    this.lastAt = begun.at;
    let last = begun;
    let worstMinutePercent = 0;
    let looksNotLive = 0;
    const looks = Math.round(minutes * LOOKS_A_MINUTE);
    for (let look = 1; look <= looks; look += 1) {
      await sleep(Math.max(0, begun.at + look * LOOK_EVERY_MS - performance.now()));
      if (!(await this.saysLive())) looksNotLive += 1;
      if (look % LOOKS_A_MINUTE > 0) continue;
      const { cpuPercent, ...parts } = shares(last, performance.now());
      worstMinutePercent = Math.max(worstMinutePercent, cpuPercent);
      console.log(
        `minute ${look / LOOKS_A_MINUTE}:`,
        cpuPercent.toFixed(1),
        parts,
        this.samples - last.samples,
      );
      last = { at: performance.now(), cpu: browserCpu(), samples: this.samples };
    }
    const endAt = performance.now();
    const samples = this.samples - begun.samples;
    return {
      minutes: (endAt - begun.at) / 60_000,
      samples,
      samplesPerSecond: (1_000 * samples) / (endAt - begun.at),
      biggestGapMs: this.biggestGapMs,
      looks,
      looksNotLive,
      ...shares(begun, endAt),
      worstMinutePercent,
      heapBeginMB,
      heapEndMB: await this.heapMB(),
      complaints: this.console.complaints.length,
    };
  }

  async close(): Promise<void> {
    for (const complaint of this.console.complaints) console.error(complaint);
    await this.console.browser.close();
  }

  /** What a person reads in its head: samples come, and the last one is of now. */
  private async saysLive(): Promise<boolean> {
    const line = LIVE_LINE.exec(await this.console.page.evaluate<string>("document.body.innerText"));
    return line !== null && Number(line[1]) >= 4 && Number(line[2]) <= 1_000;
  }

  /** Of JavaScript, after a collection. */
  private async heapMB(): Promise<number> {
    await this.session.send("HeapProfiler.collectGarbage");
    const { metrics } = await this.session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "JSHeapUsedSize")!.value / 2 ** 20;
  }
}

/** What was used since then, in per cent of a core. */
function shares(since: { at: number; cpu: BrowserCpu }, now: number) {
  const cpu = browserCpu();
  const percentOf = (part: keyof BrowserCpu) => (100 * (cpu[part] - since.cpu[part])) / (now - since.at);
  const [rendererPercent, gpuPercent, restPercent] = [
    percentOf("renderers"),
    percentOf("gpu"),
    percentOf("rest"),
  ];
  return { cpuPercent: rendererPercent + gpuPercent + restPercent, rendererPercent, gpuPercent, restPercent };
}
