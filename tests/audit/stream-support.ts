import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

export interface Delivery {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
  readonly entries: readonly {
    readonly seq: number;
    readonly body: { readonly action: string; readonly tenantId: string };
    readonly revealed: readonly { readonly path: readonly (string | number)[]; readonly value: unknown }[];
  }[];
}

export type Behaviour = (response: ServerResponse) => void;
export const answers =
  (status: number, headers = {}): Behaviour =>
  (response) =>
    response.writeHead(status, headers).end();
export const hangs: Behaviour = () => {};

/** A webhook's other side: does what it is told, and remembers what it was sent. */
export async function startReceiver() {
  const got: { delivery: Delivery; headers: IncomingHttpHeaders; text: string; path: string | undefined }[] =
    [];
  const state = { behave: answers(200) };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    got.push({
      delivery: JSON.parse(body) as Delivery,
      headers: request.headers,
      text: body,
      path: request.url,
    });
    state.behave(response);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    got,
    port: (server.address() as AddressInfo).port,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=canary-in-the-url`,
    behave: (behaviour: Behaviour) => void (state.behave = behaviour),
    seqs: () => got.flatMap(({ delivery }) => delivery.entries.map(({ seq }) => seq)),
    /** @throws Error when a delivery is not signed with this secret */
    verifyAll(secret: string) {
      for (const { text: body, headers } of got)
        new Webhook(secret).verify(body, headers as Record<string, string>);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
