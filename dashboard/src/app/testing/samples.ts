/** Shapes of the API for tests, filled with what a test does not care about. */
import type { ApiReading, Device, LatestValue, Patient, Worklist, WorklistRow } from '@gaya/protocols/api';

/** 2026-11-25 12:00 in Seoul. */
export const NOON = Date.UTC(2026, 10, 25, 3, 0, 0);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const UNITS: Readonly<Record<string, string>> = {
  'blood-pressure': 'mm[Hg]',
  pulse: '/min',
  spo2: '%',
  'body-temperature': 'Cel',
};

export function aReading(
  metric: string,
  values: readonly (string | null)[],
  change: Partial<ApiReading> & { at?: number | null } = {},
): ApiReading {
  const { at = NOON - MINUTE, ...rest } = change;
  const names = metric === 'blood-pressure' ? (['systolic', 'diastolic', 'mean'] as const) : (['value'] as const);
  return {
    readingId: `session.1:${metric}`,
    version: 1,
    kind: 'spot',
    status: 'current',
    metric,
    components: values.map((value, i) => ({
      component: names[i] ?? 'value',
      value,
      unit: UNITS[metric] ?? '1',
      absent: value === null ? 'not-a-number' : null,
    })),
    quality: [],
    time: {
      effectiveAt: at,
      uncertaintyMs: at === null ? null : 1000,
      verdict: at === null ? 'unknown' : 'device-clock-mapped',
      reason: at === null ? 'clock-not-set' : null,
      deviceTime: at === null ? null : '2026-11-25T11:58:19',
      clockOffsetMs: at === null ? null : -41_000,
      gatewayAt: (at ?? NOON) + 1000,
      receivedAt: (at ?? NOON) + 2000,
    },
    source: 'gateway',
    device: 'd-1',
    patientId: 'p-1',
    trayReason: null,
    userSlot: null,
    note: null,
    ...rest,
  };
}

function aPatient(change: Partial<Patient> = {}): Patient {
  return {
    patientId: 'p-1',
    version: 1,
    fictional: true,
    name: '윤말순',
    nameLatin: 'Yun Mal-sun',
    sex: 'female',
    birthDate: '1948-03-02',
    identifier: 'G-20417',
    zone: 'Asia/Seoul',
    phone: null,
    ...change,
  };
}

export function aDevice(change: Partial<Device> = {}): Device {
  return {
    deviceId: 'd-1',
    profile: 'blood-pressure',
    label: '혈압계 1',
    provisional: false,
    serial: null,
    manufacturer: null,
    model: null,
    firmware: null,
    batteryPercent: 80,
    clockOffsetMs: null,
    lastFrameAt: NOON - MINUTE,
    link: { gateway: 'gw-1', state: 'connected', rssiDbm: -60, lastSeenAt: NOON - MINUTE },
    patientId: 'p-1',
    ...change,
  };
}

export function latestOf(reading: ApiReading, spark: readonly (number | null)[] = []): LatestValue {
  return { metric: reading.metric, reading, spark: [...spark] };
}

export function aRow(
  patient: Partial<Patient>,
  readings: readonly ApiReading[],
  devices: readonly Device[] = [],
): WorklistRow {
  const whole = aPatient(patient);
  return {
    patient: whole,
    latest: readings.map((r) => latestOf({ ...r, patientId: whole.patientId })),
    devices: [...devices],
  };
}

export function aWorklist(rows: readonly WorklistRow[], change: Partial<Worklist> = {}): Worklist {
  return { asOf: NOON, feedPosition: 10, rows: [...rows], unassigned: 0, backfill: null, ...change };
}
