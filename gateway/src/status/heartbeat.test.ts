import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat } from './heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function beating() {
  let beats = 0;
  const heartbeat = new Heartbeat({ publish: () => beats++, everyMs: 30_000, gatherMs: 1_000 });
  return { heartbeat, beats: () => beats };
}

describe('the heartbeat', () => {
  it('beats every 30 s', () => {
    const { heartbeat, beats } = beating();
    heartbeat.now();
    vi.advanceTimersByTime(90_000);
    expect(beats()).toBe(4);
  });

  it('tells changes of one second together, and counts 30 s from then', () => {
    const { heartbeat, beats } = beating();
    heartbeat.now();
    heartbeat.changed();
    vi.advanceTimersByTime(900);
    heartbeat.changed();
    expect(beats()).toBe(1);
    vi.advanceTimersByTime(100);
    expect(beats()).toBe(2);
    vi.advanceTimersByTime(29_999);
    expect(beats()).toBe(2);
    vi.advanceTimersByTime(1);
    expect(beats()).toBe(3);
  });

  it('stops', () => {
    const { heartbeat, beats } = beating();
    heartbeat.now();
    heartbeat.changed();
    heartbeat.stop();
    vi.advanceTimersByTime(90_000);
    expect(beats()).toBe(1);
  });
});
