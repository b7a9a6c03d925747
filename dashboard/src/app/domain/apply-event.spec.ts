import { aReading, aRow, MINUTE, NOON } from '../testing/samples.ts';
import { applyReading } from './apply-event.ts';

const shown = aReading('spo2', ['97'], { readingId: 'a:spo2', at: NOON });
const row = aRow({}, [shown]);
const newestOf = (applied: ReturnType<typeof applyReading>) =>
  applied.kind === 'row'
    ? applied.row.latest.find((l) => l.metric === 'spo2')?.reading.components[0]?.value
    : applied.kind;

describe('reading event on a worklist row', () => {
  it('replaces an older value', () => {
    expect(newestOf(applyReading(row, aReading('spo2', ['91'], { readingId: 'b:spo2', at: NOON + MINUTE })))).toBe(
      '91',
    );
  });

  it('changes nothing when the value was measured before the shown one, however late it arrives', () => {
    expect(applyReading(row, aReading('spo2', ['80'], { readingId: 'b:spo2', at: NOON - MINUTE })).kind).toBe('keep');
  });

  it('ends with the same row for any order of arrival', () => {
    const events = [3, 1, 4, 2].map((n) =>
      aReading('spo2', [String(90 + n)], { readingId: `r${n}:spo2`, at: NOON + n * MINUTE }),
    );
    const orders = [events, [...events].reverse(), [...events].sort((a, b) => a.readingId.localeCompare(b.readingId))];
    const ends = orders.map((order) =>
      order.reduce((r, event) => {
        const applied = applyReading(r, event);
        return applied.kind === 'row' ? applied.row : r;
      }, row),
    );
    expect(ends.map((end) => end.latest[0]?.reading.readingId)).toEqual(['r4:spo2', 'r4:spo2', 'r4:spo2']);
  });

  it('takes a later version of the shown reading and refuses an earlier one', () => {
    const corrected = {
      ...shown,
      version: 3,
      components: [{ component: 'value' as const, value: '96', unit: '%', absent: null }],
    };
    const applied = applyReading(row, corrected);
    expect(newestOf(applied)).toBe('96');
    expect(applied.kind === 'row' && applyReading(applied.row, { ...shown, version: 2 }).kind).toBe('keep');
  });

  it('asks the hub when the shown value is set aside, filed elsewhere or loses its time', () => {
    expect(applyReading(row, { ...shown, version: 2, status: 'set-aside' }).kind).toBe('reload');
    expect(applyReading(row, { ...shown, version: 2, patientId: 'p-2' }).kind).toBe('reload');
    expect(applyReading(row, { ...shown, version: 2, time: { ...shown.time, effectiveAt: null } }).kind).toBe('reload');
  });

  it('asks the hub when a correction moves the shown value back in time', () => {
    expect(applyReading(row, { ...shown, version: 2, time: { ...shown.time, effectiveAt: NOON - MINUTE } }).kind).toBe(
      'reload',
    );
  });

  it('never shows the value of another patient', () => {
    const other = aReading('spo2', ['70'], { readingId: 'b:spo2', at: NOON + MINUTE, patientId: 'p-2' });
    expect(applyReading(row, other).kind).toBe('keep');
  });

  it('never takes a demo or invalid value, or one without a time, as the newest', () => {
    const later = { readingId: 'b:spo2', at: NOON + MINUTE };
    expect(applyReading(row, aReading('spo2', ['50'], { ...later, quality: ['demo'] })).kind).toBe('keep');
    expect(applyReading(row, aReading('spo2', ['50'], { ...later, quality: ['invalid'] })).kind).toBe('keep');
    expect(applyReading(row, aReading('spo2', ['50'], { ...later, at: null })).kind).toBe('keep');
  });

  it('begins a metric that the patient did not have', () => {
    const applied = applyReading(row, aReading('pulse', ['71'], { readingId: 'b:pulse' }));
    expect(applied.kind === 'row' && applied.row.latest.map((l) => l.metric).sort()).toEqual(['pulse', 'spo2']);
  });
});
