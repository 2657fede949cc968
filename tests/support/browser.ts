import { answerOf, type Answer, type Api } from "./api.js";

export const SIGN_IN = `mutation ($email: String!, $password: String!, $key: String) {
  signIn(email: $email, password: $password, idempotencyKey: $key) { __typename
    ... on SignInSuccess { accessToken user { id email role } } ... on Error { code message path } } }`;
const REFRESH = `mutation ($key: String) { refreshSession(idempotencyKey: $key) { __typename
  ... on RefreshSessionSuccess { accessToken user { id email name role } } ... on Error { code message path } } }`;

interface HandedOut {
  readonly __typename: string;
  readonly accessToken?: string;
}

/** One device of a person: keeps its cookie and its access token, and says what it is. */
export class Browser {
  /** name=value as it goes back to the server. */
  cookie: string | null = null;
  accessToken: string | null = null;

  constructor(
    private readonly api: Api,
    readonly userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  ) {}

  async ask<T = Record<string, unknown>>(
    query: string,
    variables: object = {},
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer<T>> {
    const headers = new Headers({
      "content-type": "application/json",
      "user-agent": this.userAgent,
      ...more,
    });
    if (this.cookie) headers.set("cookie", this.cookie);
    if (this.accessToken) headers.set("authorization", `Bearer ${this.accessToken}`);
    const response = await fetch(`${this.api.url}/graphql`, {
      method: "POST",
      headers,
      body: JSON.stringify({ query, variables }),
    });
    const set = response.headers.get("set-cookie");
    if (set) this.cookie = set.split(";", 1)[0]!;
    return answerOf<T>(response);
  }

  /** @returns the name of the member that was answered, or the code of the error */
  async signIn(email: string, password: string, key?: string): Promise<string> {
    this.accessToken = null;
    const { data, errors } = await this.ask<{ signIn: HandedOut }>(SIGN_IN, { email, password, key });
    this.accessToken = data?.signIn.accessToken ?? null;
    return data?.signIn.__typename ?? errors[0]!.extensions.code;
  }

  async refresh(key?: string): Promise<string> {
    const { data, errors } = await this.ask<{ refreshSession: HandedOut }>(REFRESH, { key });
    this.accessToken = data?.refreshSession.accessToken ?? this.accessToken;
    return data?.refreshSession.__typename ?? errors[0]!.extensions.code;
  }

  /** Whether the server knows who this is. */
  async isSignedIn(): Promise<boolean> {
    return (await this.ask("{ me { id } }")).errors.length === 0;
  }
}
