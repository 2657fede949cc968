import { open, readFile, stat, type FileHandle } from "node:fs/promises";

const CAP_BYTES = 10 * 1024 * 1024;

/** Opens the log of a service for appending; one that has grown over 10 MB starts anew. */
export async function openLogFile(path: string): Promise<FileHandle> {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  );
  return open(path, size > CAP_BYTES ? "w" : "a", 0o600);
}

/** The last lines of a log, for the message of an error. */
export async function lastLines(path: string, count = 12): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
