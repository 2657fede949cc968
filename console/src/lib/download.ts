import { freshToken, viewed } from "../api/session";

async function refusalOf(response: Response): Promise<string> {
  try {
    const answer = (await response.json()) as { message?: string };
    return answer.message ?? `The server answered ${response.status}.`;
  } catch {
    return `The server answered ${response.status}. Try again in a moment.`;
  }
}

/** Hands a file that is here to the browser. */
export function offer(blob: Blob, fileName: string) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}

/**
 * Fetches a file of the server and hands it to the browser; `otherwise` is its name when the server gives none. Returns why it
 * could not, and never throws.
 */
export async function download(address: string, otherwise: string): Promise<string | undefined> {
  const token = await freshToken();
  const eyes = viewed();
  try {
    const response = await fetch(address, {
      headers: { authorization: `Bearer ${token ?? ""}`, ...(eyes && { "x-view-as": eyes.id }) },
    });
    if (!response.ok) return await refusalOf(response);
    const named = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
    offer(await response.blob(), named ?? otherwise);
    return undefined;
  } catch {
    return "The file broke off. Check the connection and try again.";
  }
}
