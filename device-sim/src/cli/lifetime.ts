/** When the process has to end: by signal, or because whoever forked it has gone. */

/** Resolves once, on the first of them. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    process.once('disconnect', () => resolve());
    // The channel alone must not keep a finished process alive.
    process.channel?.unref();
  });
}

/** Tells a parent process that the work has begun. */
export function announce(message: object): void {
  process.send?.(message);
}
