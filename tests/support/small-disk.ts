import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own that can really be full. */
export interface SmallDisk {
  readonly directory: string;
  /** Not one page is left. */
  fill(): void;
  /** As much room as before. */
  clear(): void;
  remove(): void;
}

/** @returns null where one may not mount: that takes root, and not every container lets it */
export function smallDisk(megabytes: number): SmallDisk | null {
  const directory = mkdtempSync(join(tmpdir(), "pw-small-disk-"));
  const ballast = join(directory, "ballast");
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "postwatch-small-disk", directory], {
      stdio: "ignore",
    });
  } catch {
    rmSync(directory, { recursive: true });
    return null;
  }
  chmodSync(directory, 0o755);
  return {
    directory,
    fill() {
      for (const size of [2 ** 20, 2 ** 12])
        for (;;)
          try {
            appendFileSync(ballast, Buffer.alloc(size));
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "ENOSPC") break;
            throw error;
          }
    },
    clear: () => rmSync(ballast),
    remove() {
      execFileSync("umount", ["-l", directory]);
      rmSync(directory, { recursive: true });
    },
  };
}
