/** Preloaded into a server that is measured: tells its CPU time when asked. */
process.on("message", (message) => {
  if (message === "cpu") process.send?.(process.cpuUsage());
});
