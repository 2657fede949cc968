import { MessageStore, type StoreLimits } from "./message-store.js";
import { openSmtpIntake } from "./smtp-intake.js";
import { isLoopback, openWebServer } from "./web-server.js";

export interface MailCatcherOptions extends StoreLimits {
  /** Keeps mails and index; made when missing. */
  readonly directory: string;
  /** Default 127.0.0.1; another one shows all mails to whoever reaches it, and is refused in production. */
  readonly host?: string;
  /** Default: a free port. */
  readonly smtpPort?: number;
  /** Default: a free port. */
  readonly webPort?: number;
  readonly isProduction?: boolean;
}

export interface MailCatcher {
  /** smtp://127.0.0.1:port */
  readonly smtpUrl: string;
  /** http://127.0.0.1:port of the page; `/messages` below it is JSON */
  readonly webUrl: string;
  readonly store: MessageStore;
  stop(): Promise<void>;
}

/**
 * A mail server that delivers nothing: what it accepts can be read on its page.
 * @throws Error when it would show mails of a production system to the network, or a port is taken.
 */
export async function startMailCatcher(options: MailCatcherOptions): Promise<MailCatcher> {
  const host = options.host ?? "127.0.0.1";
  if (options.isProduction && !isLoopback(host))
    throw new Error(
      `The mail catcher shows every mail to whoever opens its page; in production it listens on loopback only, not on ${host}. ` +
        "Set SMTP_URL to a real mail server.",
    );
  const store = await MessageStore.open(options.directory, options);
  const intake = await openSmtpIntake(store, host, options.smtpPort ?? 0);
  const name = host.includes(":") ? `[${host}]` : host;
  const smtpUrl = `smtp://${name}:${intake.port}`;
  const web = await openWebServer(store, smtpUrl, host, options.webPort ?? 0).catch(async (error: Error) => {
    await intake.close();
    store.close();
    throw error;
  });
  return {
    smtpUrl,
    webUrl: `http://${name}:${web.port}`,
    store,
    async stop() {
      await intake.close();
      await web.close();
      store.close();
    },
  };
}
