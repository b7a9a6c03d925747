/** How long a device is left alone after a session. */
export interface BackOffLimits {
  readonly firstMs: number;
  readonly lastMs: number;
}

export const DEFAULT_BACK_OFF: BackOffLimits = { firstMs: 500, lastMs: 60_000 };

/**
 * Doubles with each failure in a row, spread by up to a half so that devices don't come back in step.
 * @param failures in a row; 0 after a session that worked
 * @param random 0 to below 1, injected
 */
export function backOffMs(failures: number, limits: BackOffLimits, random: number): number {
  if (failures === 0) return limits.firstMs;
  const full = Math.min(limits.firstMs * 2 ** Math.min(failures, 20), limits.lastMs);
  return full * (0.5 + random / 2);
}
