/**
 * The demo ward as data: twelve fictional Korean patients who live in the homes of three gateways, and their devices.
 * Every name, number and story is invented.
 */
import type { PatientInput } from '@gaya/protocols/api';
import type { Label } from '@gaya/protocols/metrics/metric';
import { profileOf } from '@gaya/protocols/profiles';
import { hashed } from '../random/prng.ts';
import type { Baseline } from '../vitals/vitals.ts';

export interface WardPatient {
  readonly record: PatientInput;
  /** One line for a reader of the ward, never shown as a diagnosis. */
  readonly story: Label;
  readonly baseline: Baseline;
  /** 1 is usual; more where values swing. */
  readonly variability: number;
  /** Fever that began some days ago. */
  readonly fever: { readonly daysAgo: number; readonly riseCel: number } | null;
  readonly devices: readonly WardDevice[];
}

export interface WardDevice {
  /** Unique in the ward, never changes. */
  readonly deviceKey: string;
  /** Id of the profile. */
  readonly profile: string;
  readonly label: string;
  readonly address: string;
  readonly serial: string;
  /** Sixteen hex digits, octets in wire order. */
  readonly systemId: string;
  /** Id of the gateway in the same home. */
  readonly gateway: string;
}

type DeviceKind = 'blood-pressure' | 'thermometer' | 'pulse-oximeter';

interface Row {
  readonly name: string;
  readonly nameLatin: string;
  readonly sex: PatientInput['sex'];
  readonly birthDate: string;
  readonly story: Label;
  readonly baseline?: Partial<Baseline>;
  readonly variability?: number;
  readonly fever?: WardPatient['fever'];
  readonly has: readonly DeviceKind[];
}

const HEALTHY: Baseline = {
  systolicMmHg: 122,
  diastolicMmHg: 76,
  pulsePerMin: 70,
  spo2Percent: 97,
  temperatureCel: 36.5,
  perfusionPercent: 3.5,
};
const ALL: readonly DeviceKind[] = ['blood-pressure', 'thermometer', 'pulse-oximeter'];

const ROWS: readonly Row[] = [
  {
    name: '김복례',
    nameLatin: 'Kim Bok-rye',
    sex: 'female',
    birthDate: '1948-03-12',
    story: {
      ko: '약을 자주 거르는 고혈압, 아침 혈압이 높음',
      en: 'Hypertension, often misses tablets, high in the morning',
    },
    baseline: { systolicMmHg: 171, diastolicMmHg: 98, pulsePerMin: 76 },
    has: ['blood-pressure', 'thermometer'],
  },
  {
    name: '박영호',
    nameLatin: 'Park Young-ho',
    sex: 'male',
    birthDate: '1951-11-02',
    story: { ko: '만성폐쇄성폐질환, 산소포화도 88~91 %', en: 'COPD, oxygen saturation 88 to 91 %' },
    baseline: { spo2Percent: 89.5, pulsePerMin: 86, systolicMmHg: 132, diastolicMmHg: 80 },
    has: ALL,
  },
  {
    name: '이옥분',
    nameLatin: 'Lee Ok-bun',
    sex: 'female',
    birthDate: '1959-07-25',
    story: { ko: '이틀 전부터 열이 남', en: 'Fever since two days ago' },
    baseline: { pulsePerMin: 74 },
    fever: { daysAgo: 2, riseCel: 2 },
    has: ALL,
  },
  {
    name: '최병철',
    nameLatin: 'Choi Byung-chul',
    sex: 'male',
    birthDate: '1963-01-19',
    story: { ko: '안정적인 고혈압', en: 'Hypertension, stable on treatment' },
    baseline: { systolicMmHg: 128, diastolicMmHg: 80 },
    has: ['blood-pressure', 'pulse-oximeter'],
  },
  {
    name: '정혜란',
    nameLatin: 'Jung Hye-ran',
    sex: 'female',
    birthDate: '1970-05-30',
    story: { ko: '무릎 수술 후 회복 중, 안정', en: 'Recovering from knee surgery, stable' },
    has: ALL,
  },
  {
    name: '강태식',
    nameLatin: 'Kang Tae-sik',
    sex: 'male',
    birthDate: '1945-09-08',
    story: { ko: '심부전, 혈압이 낮은 편', en: 'Heart failure, blood pressure on the low side' },
    baseline: { systolicMmHg: 101, diastolicMmHg: 62, pulsePerMin: 82, spo2Percent: 95, perfusionPercent: 1.6 },
    has: ALL,
  },
  {
    name: '조말순',
    nameLatin: 'Cho Mal-soon',
    sex: 'female',
    birthDate: '1956-12-14',
    story: { ko: '당뇨와 고혈압, 안정', en: 'Diabetes and hypertension, stable' },
    baseline: { systolicMmHg: 131, diastolicMmHg: 78 },
    has: ['blood-pressure', 'pulse-oximeter'],
  },
  {
    name: '윤기태',
    nameLatin: 'Yoon Ki-tae',
    sex: 'male',
    birthDate: '1949-04-03',
    story: { ko: '심방세동, 맥박 변동이 큼', en: 'Atrial fibrillation, pulse swings widely' },
    baseline: { pulsePerMin: 92, systolicMmHg: 126, spo2Percent: 96 },
    variability: 2,
    has: ALL,
  },
  {
    name: '장복순',
    nameLatin: 'Jang Bok-soon',
    sex: 'female',
    birthDate: '1938-10-21',
    story: { ko: '고령으로 혼자 지냄, 안정', en: 'Of great age and living alone, stable' },
    baseline: { systolicMmHg: 136, diastolicMmHg: 70, spo2Percent: 96, temperatureCel: 36.2 },
    has: ['blood-pressure', 'thermometer'],
  },
  {
    name: '임도훈',
    nameLatin: 'Lim Do-hoon',
    sex: 'male',
    birthDate: '1984-02-27',
    story: { ko: '폐렴 퇴원 후 회복 중', en: 'Home after pneumonia, recovering' },
    baseline: { spo2Percent: 95.5, pulsePerMin: 80, systolicMmHg: 117, diastolicMmHg: 72 },
    has: ALL,
  },
  {
    name: '한수연',
    nameLatin: 'Han Soo-yeon',
    sex: 'female',
    birthDate: '1991-08-16',
    story: { ko: '출산 후 혈압 관찰', en: 'Blood pressure watched after childbirth' },
    baseline: { systolicMmHg: 134, diastolicMmHg: 87, pulsePerMin: 78, spo2Percent: 98 },
    has: ['blood-pressure', 'thermometer'],
  },
  {
    name: '오근배',
    nameLatin: 'Oh Geun-bae',
    sex: 'male',
    birthDate: '1966-06-11',
    story: { ko: '복부 수술 후 회복 중, 안정', en: 'Recovering from abdominal surgery, stable' },
    baseline: { systolicMmHg: 119, pulsePerMin: 68 },
    has: ['blood-pressure', 'pulse-oximeter'],
  },
];

export const WARD_ZONE = 'Asia/Seoul';
const PATIENTS_PER_GATEWAY = 4;
const SERIAL_PREFIX: Readonly<Record<DeviceKind, string>> = {
  'blood-pressure': 'BP',
  thermometer: 'TH',
  'pulse-oximeter': 'OX',
};
/** Locally administered, so that it is nobody's: 02-67-61 as it stands in a System ID. */
const OUI_WIRE = '616702';

export const wardPatients: readonly WardPatient[] = ROWS.map(patientOf);

function patientOf(row: Row, index: number): WardPatient {
  const { name, nameLatin, sex, birthDate, story } = row;
  const identifier = `DEMO-${String(index + 1).padStart(4, '0')}`;
  return {
    record: { name, nameLatin, sex, birthDate, identifier, zone: WARD_ZONE, phone: null },
    story,
    baseline: { ...HEALTHY, ...row.baseline },
    variability: row.variability ?? 1,
    fever: row.fever ?? null,
    devices: row.has.map((kind) => deviceOf(kind, index)),
  };
}

function deviceOf(kind: DeviceKind, patientIndex: number): WardDevice {
  const kindIndex = ALL.indexOf(kind);
  const number = String(patientIndex + 1).padStart(2, '0');
  const octet = (part: number): number => Math.floor(hashed(patientIndex, kindIndex, part) * 256);
  // Random static: the two top bits are set. The last two octets make it unique.
  const address = [0xc0 | octet(0), octet(1), octet(2), octet(3), patientIndex + 1, kindIndex + 1].map(hexOctet);
  const serial = `GS-${SERIAL_PREFIX[kind]}-${number}`;
  return {
    deviceKey: `${kind}-${number}`,
    profile: kind,
    label: `${profileOf(kind)?.label.ko ?? kind} ${serial}`,
    address: address.join(':'),
    serial,
    systemId: [octet(4), octet(5), octet(6), patientIndex + 1, kindIndex + 1].map(hexOctet).join('') + OUI_WIRE,
    gateway: `gw-${String(Math.floor(patientIndex / PATIENTS_PER_GATEWAY) + 1).padStart(2, '0')}`,
  };
}

function hexOctet(value: number): string {
  return value.toString(16).padStart(2, '0');
}
