import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bootClockOf,
  gatewayTimeOf,
  uncertaintyAt,
  UNSYNCED_CLOCK,
  utcAt,
  withRoundTrip,
  type GatewayClock,
  type RoundTrip,
} from './gateway-clock.ts';

const EPOCH = Date.parse('2026-11-25T00:00:00Z');

/** A hub whose clock is `EPOCH + mono`, asked over a way of the given lengths. */
const trips: fc.Arbitrary<RoundTrip> = fc
  .record({ sentMono: fc.nat(10_000_000), there: fc.nat(3000), back: fc.nat(3000) })
  .map(({ sentMono, there, back }) => ({
    sentMono,
    receivedMono: sentMono + there + back,
    serverTime: EPOCH + sentMono + there,
  }));

describe("the gateway's clock", () => {
  it('knows nothing before the first round trip', () => {
    expect(utcAt(UNSYNCED_CLOCK, 5)).toBeNull();
    expect(bootClockOf(UNSYNCED_CLOCK, 'b', 5)).toBeNull();
  });

  it('is never further off than it says, whatever the way there and back', () => {
    fc.assert(
      fc.property(fc.array(trips, { minLength: 1, maxLength: 20 }), fc.nat(20_000_000), (many, mono) => {
        const inOrder = many.toSorted((a, b) => a.receivedMono - b.receivedMono);
        const clock = inOrder.reduce<GatewayClock>(withRoundTrip, UNSYNCED_CLOCK);
        expect(Math.abs((utcAt(clock, mono) ?? Number.NaN) - (EPOCH + mono))).toBeLessThanOrEqual(
          uncertaintyAt(clock, mono),
        );
      }),
    );
  });

  it('keeps the better of two round trips, until drift has made the newer one better', () => {
    const good = withRoundTrip(UNSYNCED_CLOCK, { sentMono: 0, receivedMono: 10, serverTime: EPOCH + 5 });
    expect(good.uncertaintyMs).toBe(6);
    expect(withRoundTrip(good, { sentMono: 1000, receivedMono: 1100, serverTime: EPOCH + 1090 })).toEqual(good);
    const later = { sentMono: 1_000_000, receivedMono: 1_000_100, serverTime: EPOCH + 1_000_050 };
    expect(withRoundTrip(good, later)).toMatchObject({ uncertaintyMs: 51, atMono: 1_000_100 });
  });

  it('ignores a round trip that ends before it began', () => {
    expect(withRoundTrip(UNSYNCED_CLOCK, { sentMono: 10, receivedMono: 0, serverTime: EPOCH })).toBe(UNSYNCED_CLOCK);
  });

  it('grows less certain as it drifts', () => {
    const clock = withRoundTrip(UNSYNCED_CLOCK, { sentMono: 0, receivedMono: 10, serverTime: EPOCH + 5 });
    expect(bootClockOf(clock, 'b', 10)).toEqual({ boot: 'b', utcMinusMonoMs: EPOCH, uncertaintyMs: 6 });
    expect(bootClockOf(clock, 'b', 1_000_010)?.uncertaintyMs).toBe(106);
  });
});

describe('when a gateway received a frame', () => {
  const frame = { boot: 'b2', mono: 1000.4, wall: 12_345, synced: false };

  it("is its boot's clock, whatever the wall said", () => {
    const boots = [
      { boot: 'b1', utcMinusMonoMs: 1, uncertaintyMs: 1 },
      { boot: 'b2', utcMinusMonoMs: EPOCH, uncertaintyMs: 6.2 },
    ];
    expect(gatewayTimeOf(frame, boots)).toEqual({ at: EPOCH + 1000, uncertaintyMs: 7 });
    expect(gatewayTimeOf({ ...frame, synced: true }, boots)?.at).toBe(EPOCH + 1000);
  });

  it('is the wall clock where that was synchronised', () => {
    expect(gatewayTimeOf({ ...frame, synced: true }, [])).toEqual({ at: 12_345, uncertaintyMs: 1000 });
  });

  it('is unknown otherwise: a box that booted in 1970', () => {
    expect(gatewayTimeOf(frame, [{ boot: 'b1', utcMinusMonoMs: EPOCH, uncertaintyMs: 1 }])).toBeNull();
    expect(gatewayTimeOf(frame, [{ boot: 'b2', utcMinusMonoMs: -5000, uncertaintyMs: 1 }])).toBeNull();
  });

  it('is unknown where it would lie beyond all calendars', () => {
    const boots = (utcMinusMonoMs: number) => [{ boot: 'b2', utcMinusMonoMs, uncertaintyMs: 1 }];
    expect(gatewayTimeOf({ ...frame, mono: 0 }, boots(8.64e15))?.at).toBe(8.64e15);
    expect(gatewayTimeOf({ ...frame, mono: 1 }, boots(8.64e15))).toBeNull();
    expect(gatewayTimeOf(frame, boots(1e300))).toBeNull();
    expect(gatewayTimeOf({ ...frame, mono: Number.MAX_VALUE }, boots(Number.MAX_VALUE))).toBeNull();
  });
});
