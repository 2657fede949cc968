import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { SendResult } from "#domain/emails/index.js";
import { connectFailure, describeFailure, replyOf } from "./smtp-failure.js";
import type { SmtpSettings } from "./smtp-settings.js";

export interface SmtpLaneOptions {
  /** Until greeting and EHLO are done. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Silence of the server that is taken for its death. Default 60 s. */
  readonly socketTimeoutMs?: number;
  /**
   * One mail from MAIL to the last answer, whatever trickles in. Default 110 s: it is over before the worker is taken for
   * one that stands still.
   */
  readonly mailTimeoutMs?: number;
  /** Mails after which the connection is made anew. Default 500. */
  readonly maxMails?: number;
}

export interface Envelope {
  readonly from: string;
  /** Exactly one recipient a mail: an answer is always about this one. */
  readonly to: string;
}

/** A mail whose connection had gone stale is not begun when a fresh one takes longer than this. */
const MOST_LATE_MS = 1_500;

/**
 * One SMTP connection that sends one mail at a time, and knows what it does not know. Nothing is ever sent again
 * here, except when the body was certainly not begun on a connection that had gone stale.
 */
export class SmtpLane {
  private connection: SMTPConnection | null = null;
  private mails = 0;
  private readonly options: Required<SmtpLaneOptions>;

  constructor(
    private readonly settings: SmtpSettings,
    options: SmtpLaneOptions = {},
  ) {
    this.options = {
      connectTimeoutMs: 10_000,
      socketTimeoutMs: 60_000,
      mailTimeoutMs: 110_000,
      maxMails: 500,
      ...options,
    };
  }

  /** Makes sure of a connection. Null: there is one. Otherwise why not; nothing was sent. */
  async connect(): Promise<SendResult | null> {
    if (this.connection && this.mails >= this.options.maxMails) this.close();
    if (this.connection) return null;
    const connection = new SMTPConnection(connectionOptions(this.settings, this.options));
    try {
      await this.open(connection);
      return null;
    } catch (error) {
      connection.close();
      return connectFailure(error);
    }
  }

  /**
   * @param mayBegin asked at the last moment before the body; false: the mail is not begun
   * @returns what is known afterwards; does not throw
   */
  async send(envelope: Envelope, bytes: Uint8Array, mayBegin: () => boolean): Promise<SendResult> {
    for (let since: number | null = null; ; since = performance.now()) {
      const failure = await this.connect();
      if (failure) return failure;
      // Sending may have been frozen or paused meanwhile: whoever asked for that sees no mail begun two seconds later.
      if (since !== null && performance.now() - since > MOST_LATE_MS)
        return { kind: "notSent", reason: "The mail server was reached too late; it is tried again." };
      // An idle connection may have been closed by the server: then a fresh one gets the mail, once.
      const wasFresh = this.mails === 0;
      const result = await this.attempt(this.connection!, envelope, bytes, mayBegin);
      if (result.kind !== "notSent" || wasFresh || !mayBegin()) return result;
    }
  }

  /** Says QUIT and forgets the connection. */
  close(): void {
    const connection = this.connection;
    this.connection = null;
    if (!connection) return;
    connection.quit();
    // A server that does not answer QUIT must not hold up the end.
    setTimeout(() => connection.close(), 1000).unref();
  }

  private open(connection: SMTPConnection): Promise<void> {
    return new Promise((resolve, reject) => {
      connection.on("error", (error) => {
        this.forget(connection);
        reject(error);
      });
      connection.on("end", () => {
        this.forget(connection);
        setImmediate(() => reject(new Error("the server closed the connection")));
      });
      const ready = () => {
        this.connection = connection;
        this.mails = 0;
        resolve();
      };
      connection.connect((error) => {
        if (error) return reject(error);
        // A server that offers no sign-in cannot want one.
        if (!this.settings.auth || !connection.allowsAuth) return ready();
        connection.login({ ...this.settings.auth }, (failure) => (failure ? reject(failure) : ready()));
      });
    });
  }

  private async attempt(
    connection: SMTPConnection,
    envelope: Envelope,
    bytes: Uint8Array,
    mayBegin: () => boolean,
  ): Promise<SendResult> {
    this.mails += 1;
    let isBegun = false;
    const body = new Readable({
      // First read: the server has answered DATA with 354. From here on the mail may be accepted.
      read() {
        if (!isBegun && !mayBegin()) return void this.destroy(new Error("the lease on the message ran out"));
        isBegun = true;
        this.push(bytes);
        this.push(null);
      },
    });
    try {
      const reply = await this.transmit(connection, envelope, bytes.byteLength, body);
      if (/^250[ -]/.test(reply)) return { kind: "accepted", reply: replyOf(reply) };
      this.drop(connection);
      return { kind: "unknown", reason: `unexpected answer: ${replyOf(reply)}` };
    } catch (error) {
      const result = describeFailure(error, isBegun);
      if (result.kind === "refused" && result.code !== 421 && result.code !== 503)
        await this.reset(connection);
      else this.drop(connection);
      return result;
    }
  }

  /** Resolves with the answer to the final dot. Also ends when the library forgets to call back. */
  private transmit(
    connection: SMTPConnection,
    envelope: Envelope,
    size: number,
    body: Readable,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no end within ${this.options.mailTimeoutMs / 1000} s`));
        connection.close();
      }, this.options.mailTimeoutMs);
      const ended = () => setImmediate(() => reject(new Error("the connection was lost")));
      connection.once("end", ended);
      connection.send({ from: envelope.from, to: [envelope.to], size }, body, (error, sent) => {
        clearTimeout(timer);
        connection.removeListener("end", ended);
        if (error) reject(error);
        else resolve(sent.response ?? "");
      });
    });
  }

  /** Ends the refused transaction so that the next mail starts clean; a server that cannot is left. */
  private async reset(connection: SMTPConnection): Promise<void> {
    const isClean = await new Promise<boolean>((resolve) => {
      const lost = () => resolve(false);
      connection.once("end", lost);
      connection.reset((error) => {
        connection.removeListener("end", lost);
        resolve(!error);
      });
    });
    if (!isClean) this.drop(connection);
  }

  private drop(connection: SMTPConnection): void {
    this.forget(connection);
    connection.close();
  }

  private forget(connection: SMTPConnection): void {
    if (this.connection === connection) this.connection = null;
  }
}

function connectionOptions(settings: SmtpSettings, options: Required<SmtpLaneOptions>) {
  return {
    host: settings.host,
    port: settings.port,
    secure: settings.isSecure,
    requireTLS: settings.startTls === "required" && !settings.isSecure,
    ignoreTLS: settings.startTls === "off",
    connectionTimeout: options.connectTimeoutMs,
    greetingTimeout: options.connectTimeoutMs,
    dnsTimeout: options.connectTimeoutMs,
    socketTimeout: options.socketTimeoutMs,
  };
}
