/** Addresses of the servers of this run. */
export interface Servers {
  readonly databaseUrl: string;
  /** Path of a unix socket. */
  readonly redisUrl: string;
}

/** Called when the job with this number starts. */
export type OnStart = (number: number) => void;

/** One way to have jobs done. A job carries a number and its handler does nothing but tell it. */
export interface Contestant {
  /** Resolves when the job is stored as safely as the contestant can. */
  add(number: number): Promise<void>;
  /** The same for many, in one call. */
  addMany(numbers: readonly number[]): Promise<void>;
  /** Resolves when it takes jobs, `concurrency` at once. */
  work(concurrency: number, onStart: OnStart): Promise<Working>;
  close(): Promise<void>;
}

export interface Working {
  /** Resolves when the jobs at hand have ended. */
  stop(): Promise<void>;
}

export type Open = (servers: Servers) => Promise<Contestant>;
