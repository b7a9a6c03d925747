import { aReading, aRow, HOUR, latestOf, NOON } from '../testing/samples.ts';
import { attentionOf, isStale, orderOf } from './attention.ts';
import { excursionsOf } from './reference.ts';

describe('reference judgement', () => {
  it('names component, direction and the limit that was passed', () => {
    const [worst, other] = excursionsOf(aReading('blood-pressure', ['180', '86', '110']));
    expect(worst).toMatchObject({ component: 'systolic', direction: 'above', value: '180', limit: 134 });
    expect(other).toMatchObject({ component: 'diastolic', direction: 'above', limit: 84 });
  });

  it('takes a value on the limit as inside', () => {
    expect(excursionsOf(aReading('spo2', ['95']))).toEqual([]);
    expect(excursionsOf(aReading('spo2', ['94.9']))).toHaveLength(1);
  });

  it('says nothing about a component without a number or a metric without a range', () => {
    expect(excursionsOf(aReading('spo2', [null]))).toEqual([]);
    expect(excursionsOf(aReading('perfusion-index', ['0.1']))).toEqual([]);
    expect(excursionsOf(aReading('metric-of-tomorrow', ['1']))).toEqual([]);
  });
});

describe('attention', () => {
  it('puts a fresh value outside its range first, then late patients, then the others, each by Korean name', () => {
    const rows = [
      aRow({ patientId: 'p-5', name: '한상철' }, [aReading('spo2', ['97'])]),
      aRow({ patientId: 'p-4', name: '강복례' }, [aReading('spo2', ['97'])]),
      aRow({ patientId: 'p-3', name: '나은비' }, [aReading('spo2', ['97'], { at: NOON - 25 * HOUR })]),
      aRow({ patientId: 'p-2', name: '윤말순' }, [aReading('spo2', ['88'])]),
      aRow({ patientId: 'p-1', name: '가은' }, [aReading('pulse', ['140'])]),
    ];
    expect(orderOf(rows, NOON).map((p) => `${p.patientId} ${p.group}`)).toEqual([
      'p-1 outside',
      'p-2 outside',
      'p-3 late',
      'p-4 within',
      'p-5 within',
    ]);
  });

  it('counts a patient without any value as late, never as within', () => {
    expect(attentionOf({ latest: [] }, NOON).group).toBe('late');
  });

  it('does not call an old value outside: its age is the news', () => {
    const old = latestOf(aReading('spo2', ['80'], { at: NOON - 30 * HOUR }));
    expect(attentionOf({ latest: [old] }, NOON)).toMatchObject({ group: 'late', excursions: [] });
  });

  it('does not judge a value that is implausible or from a sensor that fell off', () => {
    const off = latestOf(aReading('spo2', ['60'], { quality: ['sensor-off'] }));
    expect(attentionOf({ latest: [off] }, NOON).group).toBe('within');
  });

  it('becomes late by the passing of time alone', () => {
    const value = latestOf(aReading('spo2', ['97'], { at: NOON }));
    expect(isStale(value, NOON + 23 * HOUR)).toBe(false);
    expect(isStale(value, NOON + 25 * HOUR)).toBe(true);
  });
});
