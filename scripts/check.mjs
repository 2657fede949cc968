import { spawn } from "node:child_process";

// What is checked without running the product, all at once; the output of what fails stands together.
const CHECKS = [
  "prettier --check .",
  "npm run -s lint",
  "npm run -s types",
  "npm run -s rooms",
  "npm run -s generate -- --check",
];

const run = (command) =>
  new Promise((resolve) => {
    const since = performance.now();
    const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
    child.once("close", (code) => {
      const seconds = ((performance.now() - since) / 1000).toFixed(0);
      console.log(`${code === 0 ? "✓" : "✗"} ${command} (${seconds} s)`);
      if (code !== 0) console.log(text);
      resolve(code === 0);
    });
  });

const results = await Promise.all(CHECKS.map(run));
process.exitCode = results.every(Boolean) ? 0 : 1;
