import { connect, type Socket } from "node:net";

export interface RawAnswer {
  /** 0 when the line was closed without a word. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** All bytes that came, also those of further answers. */
  readonly text: string;
  /** How many answers came. */
  readonly count: number;
  /** The server has closed the line, in time. */
  readonly isClosed: boolean;
}

export function openLine(url: string): Socket {
  const { hostname, port } = new URL(url);
  const line = connect(Number(port), hostname);
  line.on("error", () => {}); // the close tells it
  return line;
}

/**
 * Writes these bytes as they are, which no client of HTTP would, and reads until the server closes the line or has been
 * silent for `quietMs`.
 */
export async function rawExchange(url: string, bytes: string, quietMs = 500): Promise<RawAnswer> {
  const line = openLine(url);
  let text = "";
  const isClosed = await new Promise<boolean>((resolve) => {
    line.setTimeout(quietMs, () => resolve(false));
    line.on("data", (piece) => (text += piece.toString("latin1")));
    line.once("close", () => resolve(true));
    line.write(bytes, "latin1");
  });
  line.destroy();
  return { ...answerIn(text), text, isClosed };
}

function answerIn(text: string): Pick<RawAnswer, "status" | "headers" | "body" | "count"> {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, Math.max(0, end)).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((header) => {
      const colon = header.indexOf(":");
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
    }),
  );
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0),
    headers,
    body: end < 0 ? "" : text.slice(end + 4),
    count: text.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0,
  };
}
