import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";

/**
 * Where a directory is: which machine, and which directory of its disk. It keeps its name when it is moved within the disk; a copy of it has
 * another, also one that stands in its place: it was made at another time.
 */
export async function placeOf(directory: string): Promise<string> {
  const { ino, birthtimeNs } = await stat(directory, { bigint: true });
  // systemd's machine-id(5); a container may have none.
  const machine = await readFile("/etc/machine-id", "utf8").catch(() => "");
  // Some file systems number their files anew at each mount, and some keep no time of birth.
  const name = createHash("sha256")
    .update(`${machine.trim()} ${birthtimeNs || ino}`)
    .digest("hex");
  return `data directory ${name.slice(0, 12)}`;
}
