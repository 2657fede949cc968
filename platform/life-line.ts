/**
 * Ends this process when the one that started it is gone, however that ended (kill -9 too): the IPC channel between
 * them closes then. Started by hand, without such a channel, nothing happens.
 * @param stop called once; what it does is given `deadlineMs`, then the process ends with code 1.
 */
export function endWithParent(stop: () => Promise<void> | void, deadlineMs = 15_000): void {
  const isSupervised = typeof process.send === "function";
  if (!isSupervised) return;
  const end = () => {
    setTimeout(() => process.exit(1), deadlineMs).unref();
    Promise.resolve()
      .then(stop)
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  // The parent may have gone while we were still loading.
  if (process.connected) process.once("disconnect", end);
  else end();
}
