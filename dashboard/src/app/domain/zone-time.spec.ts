import { fromLocalInput, toLocalInput } from './zone-time.ts';

describe('a time typed in the patient’s zone', () => {
  it('is what the clocks there show', () => {
    expect(toLocalInput(Date.UTC(2026, 10, 24, 15, 5), 'Asia/Seoul')).toBe('2026-11-25T00:05');
    expect(fromLocalInput('2026-11-25T00:05', 'Asia/Seoul')).toBe(Date.UTC(2026, 10, 24, 15, 5));
    expect(fromLocalInput('2026-07-01T12:00', 'America/New_York')).toBe(Date.UTC(2026, 6, 1, 16));
    expect(fromLocalInput('2026-01-01T12:00', 'America/New_York')).toBe(Date.UTC(2026, 0, 1, 17));
  });

  it('comes back as it was typed, around the change of summer time too', () => {
    for (let h = 0; h < 96; h++) {
      const text = toLocalInput(Date.UTC(2026, 2, 7) + h * 3_600_000, 'America/New_York');
      expect(toLocalInput(fromLocalInput(text, 'America/New_York') ?? 0, 'America/New_York')).toBe(text);
    }
  });

  it('is refused where the clocks skipped it, and the first where it came twice', () => {
    expect(fromLocalInput('2026-03-08T02:30', 'America/New_York')).toBeNull();
    expect(fromLocalInput('2026-11-01T01:30', 'America/New_York')).toBe(Date.UTC(2026, 10, 1, 5, 30));
  });

  it('is nothing where the text is none', () => {
    for (const text of ['', 'soon', '2026-11-25', '2026-02-30T10:00']) expect(fromLocalInput(text, 'UTC')).toBeNull();
  });
});
