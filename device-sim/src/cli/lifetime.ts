/** When the process has to end: by signal, or because whoever forked it or reads its output has gone. */

/** Resolves once, on the first of them. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    process.once('disconnect', () => resolve());
    // Whoever read the output has gone.
    process.stdout.once('error', () => resolve());
    // The channel alone must not keep a finished process alive.
    process.channel?.unref();
  });
}

/** Tells a parent process that the work has begun. */
export function announce(message: object): void {
  process.send?.(message);
}
