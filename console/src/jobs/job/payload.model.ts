export const payloadText = (payload: Record<string, unknown>) => JSON.stringify(payload, null, 2);

type Parsed =
  { payload: Record<string, unknown>; fault?: undefined } | { payload?: undefined; fault: string };

/** Reads what somebody typed; a payload is one object. */
export function parsePayload(text: string): Parsed {
  try {
    const payload: unknown = JSON.parse(text);
    if (typeof payload !== "object" || payload === null || Array.isArray(payload))
      return { fault: "A payload is an object: it begins with { and ends with }." };
    return { payload: payload as Record<string, unknown> };
  } catch (error) {
    return { fault: `This is not JSON: ${error instanceof Error ? error.message : "it cannot be read"}` };
  }
}

/** The field that the server names, as somebody finds it in the text: payload.steps.0.id becomes steps.0.id. */
export const fieldOf = (path: string) => path.replace(/^payload\.?/, "");
