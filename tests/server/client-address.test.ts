import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { clientAddress, isOwnOrigin, trustedProxies } from "../../server/http/client-address.js";

const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;

describe("A13 the caller's address", () => {
  test("is that of the socket when no proxy is trusted, whatever the headers say", () => {
    const headers = { "x-forwarded-for": "9.9.9.9", "x-real-ip": "9.9.9.9", forwarded: "for=9.9.9.9" };
    expect(clientAddress(from("203.0.113.5", headers), trustedProxies(false))).toBe("203.0.113.5");
    expect(clientAddress(from("::ffff:203.0.113.5", headers), trustedProxies(false))).toBe("203.0.113.5");
  });

  const isTrusted = trustedProxies("10.0.0.0/8, 192.0.2.7, 2001:db8::/32");
  test.each([
    ["10.1.2.3", "203.0.113.5", "203.0.113.5"],
    ["::ffff:10.1.2.3", " 203.0.113.5 ", "203.0.113.5"],
    ["10.1.2.3", "9.9.9.9, 203.0.113.5", "203.0.113.5"],
    ["10.1.2.3", "203.0.113.5, 192.0.2.7", "203.0.113.5"],
    ["2001:db8::1", "203.0.113.5", "203.0.113.5"],
    ["203.0.113.9", "9.9.9.9", "203.0.113.9"],
    ["10.1.2.3", "", "10.1.2.3"],
    ["10.1.2.3", "not an address", "10.1.2.3"],
    ["10.1.2.3", "203.0.113.5, <script>", "10.1.2.3"],
  ])("from %s with X-Forwarded-For %j is %s", (remote, forwarded, expected) => {
    expect(clientAddress(from(remote, { "x-forwarded-for": forwarded }), isTrusted)).toBe(expected);
  });

  test.each(["true", "1", "10.0.0.0/33", "10.0.0.0/x", "fe80::/129", ""])(
    "%j is no list of proxies",
    (cidrs) => {
      expect(() => trustedProxies(cidrs)).toThrow("TRUST_PROXY");
    },
  );
});

describe("an origin is ours", () => {
  const check = (headers: Record<string, string>) =>
    isOwnOrigin(from("127.0.0.1", headers), "https://mail.example.org");
  test.each([
    [{ host: "mail.example.org" }, true],
    [{ host: "mail.example.org", origin: "https://mail.example.org" }, true],
    [{ host: "localhost:4000", origin: "http://localhost:4000" }, true],
    [{ host: "mail.example.org", origin: "https://evil.example" }, false],
    [{ host: "mail.example.org", origin: "https://mail.example.org.evil.example" }, false],
    [{ host: "mail.example.org", origin: "https://mail.example.org:444" }, false],
    [{ host: "mail.example.org", origin: "null" }, false],
    [{ host: "mail.example.org", origin: "" }, false],
  ])("%j: %s", (headers, expected) => {
    expect(check(headers)).toBe(expected);
  });
});
