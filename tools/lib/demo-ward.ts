// Enrols the simulated ward in the hub through its own API, once per data folder: patients, gateways, devices, bindings.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { wardPatients } from '../../device-sim/src/ward/ward.ts';

export interface Enrolment {
  patients: number;
  gateways: { id: string; secret: string }[];
  /** Patient's identifier -> the hub's patient id. */
  patientIds: Record<string, string>;
  /** Ward's device key -> the hub's device id. */
  deviceIds: Record<string, string>;
  /** Device keys that are bound already. */
  bound: string[];
}

/** Devices are with their patients since before the history begins. */
const BOUND_SINCE_MS = 40 * 24 * 3_600_000;

/** Goes on where an earlier run was cut off: every answer of the hub is written down before the next question. */
export async function enrolWard(url: string, patients: number, file: string): Promise<Enrolment> {
  const known = readEnrolment(file);
  const save = (): void => writeFileSync(file, JSON.stringify(known, null, 2), { mode: 0o600 });
  const ward = wardPatients.slice(0, patients);
  known.patients = ward.length;

  for (const gatewayId of new Set(ward.flatMap((p) => p.devices.map((d) => d.gateway)))) {
    if (known.gateways.some((g) => g.id === gatewayId)) continue;
    const { secret } = await post<{ secret: string }>(url, '/api/gateways', { gatewayId, label: gatewayId });
    known.gateways.push({ id: gatewayId, secret });
    save();
  }
  for (const patient of ward) {
    const { record } = patient;
    known.patientIds[record.identifier] ??= (
      await post<{ patientId: string }>(url, '/api/patients', { ...record, fictional: true })
    ).patientId;
    save();
    for (const device of patient.devices) {
      const { deviceKey, gateway, profile, label, address, serial, systemId } = device;
      const wanted = { profile, label, address, serial, systemId, gateways: [gateway], setClock: false };
      known.deviceIds[deviceKey] ??= (await post<{ deviceId: string }>(url, '/api/devices', wanted)).deviceId;
      save();
      if (known.bound.includes(deviceKey)) continue;
      const binding = {
        deviceId: known.deviceIds[deviceKey],
        patientId: known.patientIds[record.identifier],
        from: Date.now() - BOUND_SINCE_MS,
      };
      await post(url, '/api/bindings', binding);
      known.bound.push(deviceKey);
      save();
    }
  }
  save();
  return known;
}

function readEnrolment(file: string): Enrolment {
  if (!existsSync(file)) return { patients: 0, gateways: [], patientIds: {}, deviceIds: {}, bound: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as Enrolment;
}

async function post<T>(url: string, path: string, body: object): Promise<T> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`the hub refused to enrol the ward (${path}: ${response.status} ${await response.text()})`);
  return (await response.json()) as T;
}
