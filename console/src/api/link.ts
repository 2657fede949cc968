import { createClient, type Client as SocketClient } from "graphql-ws";
import { createSignal } from "solid-js";
import { distrustToken, freshToken, viewed } from "./session";

/** State of the live connection; `closed` is final until the person asks to reconnect. */
export type LinkState = "connecting" | "live" | "offline" | "closed";

export const [link, setLink] = createSignal<LinkState>("connecting");
/** Grows with every reconnect: what was missed in between has to be fetched again. */
export const [epoch, setEpoch] = createSignal(0);

/** Grows when the connection was started over: subscriptions of the old one are dead and must be made again. */
export const [generation, setGeneration] = createSignal(0);

const longestWaitMs = 15_000;
// A line that goes silent is called so within 3.5 s, and what it shows is grey a second later.
const pingMs = 2_000;
const doubtMs = 1_500;
const pongTimeoutMs = 5_000;
const refusedCode = 4403;
const steadyMs = 10_000;

function waitOrOnline(ms: number) {
  return new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });
}

/** Doubts a line whose server does not answer a ping, and ends it in time; without it a dead one looks live for minutes. */
function pongWatch(end: () => void) {
  const timers: ReturnType<typeof setTimeout>[] = [];
  let isDoubted = false;
  const rest = () => timers.splice(0).forEach(clearTimeout);
  const doubt = () => {
    isDoubted = true;
    setLink((now) => (now === "live" ? "connecting" : now));
  };
  return {
    ping: (received: boolean) => {
      if (!received) timers.push(setTimeout(doubt, doubtMs), setTimeout(end, pongTimeoutMs));
    },
    pong: (received: boolean) => {
      if (!received) return;
      rest();
      if (isDoubted) setLink("live");
      isDoubted = false;
    },
    closed: () => {
      rest();
      isDoubted = false;
    },
  };
}

/** How often in a row a connection was made and soon lost: a server that takes and drops is left alone for longer. */
function steadiness() {
  let since: number | undefined;
  let lost = 0;
  return {
    lost: () => lost,
    connected: () => (since = Date.now()),
    closed: () => {
      if (since !== undefined) lost = Date.now() - since < steadyMs ? lost + 1 : 0;
      since = undefined;
    },
  };
}

function connect(): SocketClient {
  // A close would wait for the answer of a server that gives none.
  const watch = pongWatch(() => socket.terminate());
  const steady = steadiness();
  setLink("connecting");
  const socket = createClient({
    url: () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    lazy: false,
    keepAlive: pingMs,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: (tries) =>
      waitOrOnline(
        Math.min(longestWaitMs, 400 * 2 ** Math.max(tries, steady.lost())) * (0.75 + Math.random() / 2),
      ),
    connectionParams: async () => {
      const authorization = `Bearer ${(await freshToken()) ?? ""}`;
      const eyes = viewed();
      return eyes ? { authorization, viewAs: eyes.id } : { authorization };
    },
    onNonLazyError: () => setLink("closed"),
    on: {
      connecting: (isRetry) => setLink((now) => (isRetry && now === "offline" ? "offline" : "connecting")),
      ping: watch.ping,
      pong: watch.pong,
      connected: (_socket, _payload, wasRetry) => {
        steady.connected();
        setLink("live");
        if (wasRetry) setEpoch((count) => count + 1);
      },
      closed: (event) => {
        watch.closed();
        steady.closed();
        if ((event as CloseEvent).code === refusedCode) distrustToken();
        setLink((now) => (now === "live" ? "connecting" : "offline"));
      },
    },
  });
  return socket;
}

/** Disposing waits for a connection attempt under way, and fails with it; there is nothing left to do about that. */
function close(socket: SocketClient) {
  Promise.resolve(socket.dispose()).catch(() => undefined);
}

/** The live connection of one session. */
export interface Link {
  subscribe: SocketClient["subscribe"];
  /** Starts over after a close that is final by protocol. */
  reconnect: () => void;
  dispose: () => void;
}

/**
 * Opens the websocket of this session and keeps it open: a jittered wait up to 15 s between tries, at once
 * when the browser comes online. A refusal (4403) fetches a new token first.
 */
export function openLink(): Link {
  let socket = connect();
  return {
    subscribe: (payload, sink) => socket.subscribe(payload, sink),
    reconnect: () => {
      close(socket);
      socket = connect();
      setEpoch((count) => count + 1);
      setGeneration((count) => count + 1);
    },
    dispose: () => close(socket),
  };
}
