import type { Socket } from "node:net";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { newId } from "#domain/ids.js";

interface Fault {
  readonly status: number;
  readonly reason: string;
  readonly code: string;
  readonly message: string;
}

const UNREADABLE: Fault = {
  status: 400,
  reason: "Bad Request",
  code: "BAD_REQUEST",
  message: "The request cannot be read.",
};
/** By the codes of Node. */
const FAULTS: Readonly<Record<string, Fault>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    reason: "Request Timeout",
    code: "REQUEST_TIMEOUT",
    message: "The request took too long to arrive.",
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    reason: "Request Header Fields Too Large",
    code: "HEADERS_TOO_LARGE",
    message: "The address and the headers are larger than this server takes.",
  },
};

/** No hook runs for these answers, so they bring what all others are given. */
const HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  connection: "close",
} as const;

/** What is no HTTP, is too large or comes too slowly: answered like every other fault, then the line is closed. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  if (!socket.writable) return void socket.destroy();
  const { status, reason, code, message } = FAULTS[error.code ?? ""] ?? UNREADABLE;
  const requestId = newId();
  const body = JSON.stringify({ code, message, requestId });
  const headers = { ...HEADERS, "x-request-id": requestId, "content-length": Buffer.byteLength(body) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

/** An address that cannot be decoded, such as /%zz: no route was looked for. */
export function answerBadAddress(
  _error: FastifyError,
  { id: requestId }: FastifyRequest,
  reply: FastifyReply,
): void {
  const { status, code, message } = UNREADABLE;
  void reply
    .code(status)
    .headers({ ...HEADERS, "x-request-id": requestId })
    .send({ code, message, requestId });
}
