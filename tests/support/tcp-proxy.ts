import { once } from "node:events";
import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";

/** A line to a server that can go silent or be cut. */
export interface TcpProxy {
  readonly port: number;
  /** Connections stay, new ones are accepted, and nothing passes. */
  freeze(): void;
  thaw(): void;
  /** From now on a connection over which the client says this is ended; null: none is. */
  endAt(words: string | null): void;
  /** Ends all connections and refuses new ones. */
  cut(): Promise<void>;
  /** After `cut`. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let lastWords: string | null = null;
  const server = createServer((near) => {
    const far = createConnection({ host: "127.0.0.1", port: targetPort });
    near.on("data", (said) => {
      if (lastWords !== null && said.includes(lastWords)) near.destroy();
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
      if (isFrozen) from.pause();
    }
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const port = await listen(0);
  return {
    port,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    endAt: (words) => void (lastWords = words),
    cut,
    mend: async () => void (await listen(port)),
    stop: async () => {
      if (server.listening) await cut();
    },
  };
}
