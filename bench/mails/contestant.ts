/** Addresses of the servers of this run. */
export interface Servers {
  readonly databaseUrl: string;
  /** Path of a unix socket. */
  readonly redisUrl: string;
  readonly smtpUrl: string;
}

/** One way to send a mail each to so many people, over at most CONNECTIONS connections at once. */
export interface Contestant {
  /** Everything up to the start: who is to be mailed is stored where the contestant keeps it. */
  prepare(count: number): Promise<void>;
  /** Resolves when all have been answered by the mail server. */
  send(): Promise<void>;
  close(): Promise<void>;
}

export type Open = (servers: Servers) => Promise<Contestant>;

export const CONNECTIONS = 8;
export const FROM = { name: "News", address: "news@postwatch.example" };

const paragraph = (n: number): string =>
  `Paragraph ${n}: what is new this month, at some length, so that a mail is about as large as mails are. `.repeat(
    4,
  );

/** 10 KB as it leaves: HTML and text, with one place that is the reader's. */
export const SUBJECT = "Hello {{ first_name }}";
export const HTML = `<p>Hello {{ first_name }}</p>${Array.from({ length: 16 }, (_, n) => `<p>${paragraph(n)}</p>`).join("\n")}`;
export const TEXT = `Hello {{ first_name }}\n\n${Array.from({ length: 5 }, (_, n) => paragraph(n)).join("\n\n")}`;

export const addressOf = (n: number): string => `lead-${n}@example.org`;
export const nameOf = (n: number): string => `Lead ${n}`;
/** The least that a personal mail takes: those that are no campaign engines replace one word. */
export const personal = (text: string, n: number): string => text.replace("{{ first_name }}", nameOf(n));
