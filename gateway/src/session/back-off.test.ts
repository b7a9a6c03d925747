import { describe, expect, it } from 'vitest';
import { backOffMs, DEFAULT_BACK_OFF } from './back-off.ts';

describe('back-off', () => {
  it('is short after a session that worked', () => {
    expect(backOffMs(0, DEFAULT_BACK_OFF, 0.9)).toBe(DEFAULT_BACK_OFF.firstMs);
  });

  it('doubles with each failure, up to a limit, spread by half', () => {
    const limits = { firstMs: 100, lastMs: 1_000 };
    expect([1, 2, 3, 4, 50].map((failures) => backOffMs(failures, limits, 0))).toEqual([100, 200, 400, 500, 500]);
    expect([1, 2, 3, 4, 50].map((failures) => Math.round(backOffMs(failures, limits, 0.999999)))).toEqual([
      200, 400, 800, 1_000, 1_000,
    ]);
  });
});
