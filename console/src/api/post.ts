import { traceHeaders } from "./tracking";

/** What a GraphQL server answers over HTTP. */
export interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string; retryAfterSeconds?: number } }[];
}

/** The server takes no more requests from here for a while. */
export class TooManyRequests extends Error {
  constructor(readonly retryAfterSeconds: number) {
    super(`Too many requests. Try again in ${retryAfterSeconds} seconds.`);
  }
}

/**
 * One GraphQL request without cache or retries: for signing in and out, before a client exists.
 * Throws an Error with a sentence for people when the server cannot be reached or does not speak JSON.
 */
export async function post<Data>(
  query: string,
  variables: Record<string, unknown> = {},
  token?: string | null,
): Promise<Answer<Data>> {
  const json = "application/json";
  const headers: Record<string, string> = { "content-type": json, accept: json, ...traceHeaders() };
  if (token) headers["authorization"] = `Bearer ${token}`;
  let response: Response;
  try {
    const body = JSON.stringify({ query, variables });
    response = await fetch("/graphql", { method: "POST", credentials: "same-origin", headers, body });
  } catch (cause) {
    throw new Error("The server cannot be reached. Check the connection and try again.", { cause });
  }
  if (response.status === 429) throw new TooManyRequests(Number(response.headers.get("retry-after")) || 60);
  try {
    return (await response.json()) as Answer<Data>;
  } catch (cause) {
    throw new Error(`The server answered ${response.status} and no JSON. Try again in a moment.`, { cause });
  }
}
