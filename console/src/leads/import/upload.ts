import { freshToken, viewed } from "../../api/session";

/** What is sent beside the file. */
export interface UploadOptions {
  listName: string;
  policy: "UPDATE" | "SKIP";
  dryRun: boolean;
  mapping?: Record<string, string>;
}

export type UploadOutcome = { importId: string } | { message: string };

function addressOf(file: File, options: UploadOptions): string {
  const query = new URLSearchParams({ fileName: file.name, policy: options.policy });
  if (options.listName) query.set("listName", options.listName);
  if (options.dryRun) query.set("dryRun", "true");
  if (options.mapping) query.set("mapping", JSON.stringify(options.mapping));
  return `/api/imports?${query.toString()}`;
}

function outcomeOf(request: XMLHttpRequest): UploadOutcome {
  try {
    const answer = JSON.parse(request.responseText) as { importId?: string; message?: string };
    if (request.status < 300 && answer.importId) return { importId: answer.importId };
    return { message: answer.message ?? `The server answered ${request.status}.` };
  } catch {
    if (request.status === 413) return { message: "The file is too large. Split it and import the parts." };
    return { message: `The server answered ${request.status} and no JSON. Try again in a moment.` };
  }
}

/** Sends a file of any size as it is; `onSent` hears the share that has left, from 0 to 1. Never throws. */
export async function uploadImport(
  file: File,
  options: UploadOptions,
  onSent: (share: number) => void,
): Promise<UploadOutcome> {
  const token = await freshToken();
  const body = new FormData();
  body.append("file", file);
  return new Promise((resolve) => {
    // XMLHttpRequest, because fetch does not tell how much of a body has been sent.
    const request = new XMLHttpRequest();
    request.open("POST", addressOf(file, options));
    request.setRequestHeader("authorization", `Bearer ${token ?? ""}`);
    const eyes = viewed();
    // Who looks through another's eyes changes nothing; the server refuses the file.
    if (eyes) request.setRequestHeader("x-view-as", eyes.id);
    request.upload.addEventListener("progress", (event) =>
      onSent(event.total ? event.loaded / event.total : 0),
    );
    request.addEventListener("load", () => resolve(outcomeOf(request)));
    request.addEventListener("error", () =>
      resolve({ message: "The upload broke off. Check the connection and try again." }),
    );
    request.send(body);
  });
}
