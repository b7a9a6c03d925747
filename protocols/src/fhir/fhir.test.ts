import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiReading } from '../api/readings.ts';
import type { Device, Patient } from '../api/records.ts';
import { decimalText } from '../bytes/decimal.ts';
import { metrics } from '../metrics/catalogue.ts';
import { profileOf } from '../profiles/index.ts';
import { toFhirDevice } from './device.ts';
import { serialise } from './fhir-json.ts';
import { fromFhirId, toFhirId } from './ids.ts';
import { loincOf, toObservation } from './observation.ts';
import { toFhirPatient } from './patient.ts';

const AT = Date.parse('2026-11-24T23:50:00Z');

const pressure: ApiReading = {
  readingId: '019a00000000700080000000000000aa.2:blood-pressure',
  version: 1,
  kind: 'spot',
  status: 'current',
  metric: 'blood-pressure',
  components: [
    { component: 'systolic', value: '120', unit: 'mm[Hg]', absent: null },
    { component: 'diastolic', value: '80', unit: 'mm[Hg]', absent: null },
    { component: 'mean', value: null, unit: 'mm[Hg]', absent: 'not-a-number' },
  ],
  quality: [],
  time: {
    effectiveAt: AT,
    uncertaintyMs: 2000,
    verdict: 'device-clock-mapped',
    reason: null,
    deviceTime: '2026-11-25T08:50:00',
    clockOffsetMs: 0,
    gatewayAt: AT + 1000,
    receivedAt: AT + 2000,
  },
  source: 'gateway',
  device: 'd1',
  patientId: 'p_1',
  trayReason: null,
  userSlot: null,
  note: null,
};

const temperature: ApiReading = {
  ...pressure,
  readingId: 's.3:body-temperature',
  metric: 'body-temperature',
  components: [{ component: 'value', value: '36.40', unit: 'Cel', absent: null }],
};

const pulse: ApiReading = {
  ...pressure,
  readingId: 's.2:pulse',
  metric: 'pulse',
  components: [{ component: 'value', value: '66', unit: '/min', absent: null }],
};

describe('FHIR JSON', () => {
  it('prints decimals with the precision that the device sent', () => {
    expect(serialise({ a: { decimal: '36.40' }, b: [1, true, 'x"'], c: undefined })).toBe(
      '{"a":36.40,"b":[1,true,"x\\""]}',
    );
  });

  it('prints JSON whatever the decimal', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -8_388_608, max: 8_388_607 }),
        fc.integer({ min: -128, max: 127 }),
        (mantissa, exponent) => {
          const text = serialise({ value: { decimal: decimalText({ mantissa, exponent }) } });
          const { value } = JSON.parse(text) as { value: number };
          expect(value).toBe(Number(`${mantissa}E${exponent}`));
        },
      ),
    );
  });

  it('prints numbers that a person typed as numbers, and refuses other texts', () => {
    expect(serialise({ decimal: '007.50' })).toBe('7.50');
    expect(() => serialise({ decimal: '1,"x":2' })).toThrow(RangeError);
  });
});

describe('ids', () => {
  it('are FHIR ids, and lead back', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_.:-]{1,60}$/), (id) => {
        expect(toFhirId(id)).toMatch(/^[A-Za-z0-9.-]+$/);
        expect(fromFhirId(toFhirId(id))).toBe(id);
      }),
    );
  });

  it('of the longest reading fit into 64 characters', () => {
    const longest = Math.max(...metrics.map((metric) => toFhirId(`${'a'.repeat(32)}.9999999:${metric.id}`).length));
    expect(longest).toBeLessThanOrEqual(64);
  });

  it('that are not ours are not read', () => {
    expect(fromFhirId('a-b')).toBeNull();
    expect(fromFhirId('')).toBeNull();
  });
});

describe('an Observation', () => {
  it('of blood pressure has its components, and the reason of the one that is missing', () => {
    expect(toObservation(pressure, profileOf('blood-pressure'))).toEqual({
      resourceType: 'Observation',
      id: '019a00000000700080000000000000aa.2-cblood--pressure',
      meta: { versionId: '1', profile: ['http://hl7.org/fhir/StructureDefinition/bp'] },
      identifier: [{ system: 'urn:x-gaya:reading', value: '019a00000000700080000000000000aa.2:blood-pressure' }],
      status: 'final',
      category: [
        {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/observation-category',
              code: 'vital-signs',
              display: 'Vital Signs',
            },
          ],
        },
      ],
      code: {
        coding: [
          { system: 'http://loinc.org', code: '85354-9' },
          { system: 'urn:iso:std:iso:11073:10101', code: '150020' },
        ],
        text: 'Blood pressure',
      },
      subject: { reference: 'Patient/p-u1' },
      effectiveDateTime: '2026-11-24T23:50:00.000Z',
      issued: '2026-11-24T23:50:02.000Z',
      component: [
        component('8480-6', '150021', 'Systolic', { valueQuantity: quantity('120', 'mm[Hg]') }),
        component('8462-4', '150022', 'Diastolic', { valueQuantity: quantity('80', 'mm[Hg]') }),
        component('8478-0', '150023', 'Mean', { dataAbsentReason: absent('not-a-number') }),
      ],
      device: { reference: 'Device/d1' },
    });
  });

  it('of a temperature keeps the precision', () => {
    const observation = toObservation(temperature) ?? { resourceType: '', id: '' };
    expect(observation['valueQuantity']).toEqual(quantity('36.40', 'Cel'));
    expect(serialise(observation)).toContain('"value":36.40,');
  });

  it('of a pulse says by its code which kind of device counted it', () => {
    const codes = (id: string) => JSON.stringify(toObservation(pulse, profileOf(id))?.['code']);
    expect(codes('blood-pressure')).toContain('"149546"');
    expect(codes('pulse-oximeter')).toContain('"149530"');
  });

  it('of oxygen saturation has the code that the profile wants and the one that is exact', () => {
    const spo2 = toObservation({ ...pulse, metric: 'spo2' }, profileOf('pulse-oximeter'));
    expect(JSON.stringify(spo2?.['code'])).toMatch(/"2708-6".*"59408-5".*"150456"/);
    expect(loincOf('spo2')).toBe('2708-6');
  });

  it('that the device calls invalid carries no number', () => {
    const observation = toObservation({ ...pulse, quality: ['invalid'] });
    expect(observation).toMatchObject({ status: 'entered-in-error', dataAbsentReason: absent('error') });
    expect(observation?.['valueQuantity']).toBeUndefined();
  });

  it.each([
    [
      'an early estimate',
      { quality: ['early-estimate'] },
      { status: 'preliminary', interpretation: status('early-indication') },
    ],
    [
      'a questionable value',
      { quality: ['questionable'] },
      { status: 'final', interpretation: status('questionable') },
    ],
    ['a value while calibrating', { quality: ['calibrating'] }, { interpretation: status('calibration-ongoing') }],
    ['a value set aside', { status: 'set-aside' as const }, { status: 'entered-in-error' }],
    ['a value superseded', { status: 'superseded' as const }, { status: 'entered-in-error' }],
    ['a seeded value', { source: 'seed' as const }, { meta: { security: [{ code: 'HTEST' }] } }],
    ['a value of a device in demo mode', { quality: ['demo'] }, { meta: { security: [{ code: 'HTEST' }] } }],
    [
      'what people wrote',
      { note: 'after a walk', quality: ['cuff-loose'] },
      { note: [{ text: 'Quality: cuff-loose' }, { text: 'after a walk' }] },
    ],
  ])('of %s says so', (_name, change, expected) => {
    expect(toObservation({ ...pulse, ...change })).toMatchObject(expected);
  });

  it('without a time or a patient says why, and does not claim the profile', () => {
    const timeless = toObservation({ ...pulse, time: { ...pulse.time, effectiveAt: null } });
    expect(timeless).toMatchObject({ _effectiveDateTime: { extension: [{ valueCode: 'unknown' }] } });
    expect(timeless?.['effectiveDateTime']).toBeUndefined();
    expect(timeless?.['meta']).toMatchObject({ profile: undefined });
    expect(toObservation({ ...pulse, patientId: null })?.['subject']).toBeUndefined();
  });

  it('is made for every metric, and for no other', () => {
    for (const metric of metrics) expect(toObservation({ ...pulse, metric: metric.id })).not.toBeNull();
    expect(toObservation({ ...pulse, metric: 'weight' })).toBeNull();
  });
});

const device: Device = {
  deviceId: 'd_1',
  profile: 'thermometer',
  label: '체온계',
  provisional: false,
  serial: 'SN1',
  manufacturer: 'Maker',
  model: 'T1',
  firmware: '1.2',
  batteryPercent: 80,
  clockOffsetMs: 0,
  lastFrameAt: null,
  link: null,
  patientId: null,
};

const patient: Patient = {
  patientId: 'p1',
  version: 3,
  fictional: true,
  name: '김가야',
  nameLatin: 'Kim Gaya',
  sex: 'female',
  birthDate: '1950-03-02',
  identifier: '000123',
  zone: 'Asia/Seoul',
  phone: '010-0000-0000',
};

describe('a Device', () => {
  it('is a personal health device with its specialisation', () => {
    expect(toFhirDevice(device, profileOf('thermometer'))).toMatchObject({
      id: 'd-u1',
      identifier: [{ value: 'd_1' }],
      manufacturer: 'Maker',
      serialNumber: 'SN1',
      modelNumber: 'T1',
      type: { coding: [{ code: '65573' }] },
      specialization: [{ systemType: { coding: [{ code: '528392' }] } }],
      version: [{ type: { coding: [{ code: '531976' }] }, value: '1.2' }],
    });
  });

  it('of which little is known says little', () => {
    const bare = { ...device, serial: null, manufacturer: null, model: null, firmware: null };
    expect(JSON.parse(serialise(toFhirDevice(bare)))).toEqual({
      resourceType: 'Device',
      id: 'd-u1',
      identifier: [{ system: 'urn:x-gaya:device', value: 'd_1' }],
      status: 'active',
      deviceName: [{ name: '체온계', type: 'user-friendly-name' }],
      type: { coding: [{ system: 'urn:iso:std:iso:11073:10101', code: '65573' }] },
    });
  });
});

describe('a Patient', () => {
  it('has the name as written, and is marked as test data when fictional', () => {
    expect(toFhirPatient(patient)).toMatchObject({
      id: 'p1',
      meta: { versionId: '3', security: [{ code: 'HTEST' }] },
      identifier: [{ system: 'urn:x-gaya:hospital-number', value: '000123' }],
      name: [{ text: '김가야' }, { text: 'Kim Gaya' }],
      telecom: [{ system: 'phone', value: '010-0000-0000' }],
      gender: 'female',
      birthDate: '1950-03-02',
    });
  });

  it('without a phone and a latin name has none', () => {
    const bare = toFhirPatient({ ...patient, phone: null, nameLatin: null, fictional: false });
    expect(bare).toMatchObject({ name: [{ text: '김가야' }], telecom: undefined, meta: { security: undefined } });
    expect(bare['name']).toHaveLength(1);
  });
});

function component(loinc: string, mdc: string, text: string, value: object) {
  const coding = [
    { system: 'http://loinc.org', code: loinc },
    { system: 'urn:iso:std:iso:11073:10101', code: mdc },
  ];
  return { code: { coding, text }, ...value };
}

function quantity(decimal: string, code: string) {
  return { value: { decimal }, unit: code, system: 'http://unitsofmeasure.org', code };
}

function absent(code: string) {
  return { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code }] };
}

function status(code: string) {
  return [{ coding: [{ system: 'http://hl7.org/fhir/uv/pocd/CodeSystem/measurement-status', code }] }];
}
