import { paramsOf, shift, windowOf, zoom } from './time-window.ts';

const NOW = Date.UTC(2026, 10, 25, 3, 0, 30);
const DAY = 86_400_000;

describe('window of the URL', () => {
  it('is the last day where the URL says nothing or nonsense', () => {
    for (const params of [{}, { range: '7y' }, { from: 'x', to: '5' }, { from: '9', to: '3' }]) {
      expect(windowOf(params, NOW).range).toBe('1d');
    }
  });

  it('ends within the minute after now, so that it changes once a minute', () => {
    expect(windowOf({ range: '1w' }, NOW)).toEqual(windowOf({ range: '1w' }, NOW + 20_000));
    expect(windowOf({ range: '1w' }, NOW).to - NOW).toBeLessThanOrEqual(60_000);
    expect(windowOf({ range: '1w' }, NOW).to).toBeGreaterThan(NOW);
  });

  it('comes back from its own words', () => {
    for (const window of [windowOf({ range: '30d' }, NOW), { from: NOW - 3 * DAY, to: NOW - DAY, range: null }]) {
      expect(windowOf(paramsOf(window), NOW)).toEqual(window);
    }
  });
});

describe('moving the window', () => {
  const day = windowOf({ range: '1d' }, NOW);

  it('stands still in time once it is moved away from now', () => {
    const earlier = shift(day, -0.5, NOW);
    expect(earlier.range).toBeNull();
    expect(earlier.to - earlier.from).toBe(DAY);
  });

  it('follows the clock again when it is moved back to now, and never goes beyond', () => {
    const back = shift(shift(day, -0.5, NOW), 3, NOW);
    expect(back).toEqual(day);
  });

  it('zooms about now while it ends now, else about its middle', () => {
    expect(zoom(day, 0.5, NOW)).toMatchObject({ to: day.to, from: day.to - DAY / 2 });
    const past = { from: NOW - 4 * DAY, to: NOW - 2 * DAY, range: null };
    expect(zoom(past, 0.5, NOW)).toEqual({ from: NOW - 3.5 * DAY, to: NOW - 2.5 * DAY, range: null });
  });

  it('stops at ten minutes', () => {
    let window = day;
    for (let i = 0; i < 20; i++) window = zoom(window, 0.5, NOW);
    expect(window.to - window.from).toBe(600_000);
  });
});
