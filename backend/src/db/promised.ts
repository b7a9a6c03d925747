/** The result of synchronous work as a promise, its error as a rejection. */
export function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
