/** A real hub in a temporary folder with the real app in front of it, and a cuff that has measured. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { framesTopic, type FramesMessage } from '@gaya/protocols/messages';
import type { TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { buildApp, type AppOptions } from '../app.ts';
import type { App } from '../http/app-types.ts';
import { openHub, type Hub } from '../hub.ts';

/** 2026-11-25 12:00 in Seoul. */
export const NOW = Date.parse('2026-11-25T03:00:00Z');
const DAY = 86_400_000;
/** When the gateway's box was switched on. */
const BOOT_AT = NOW - 7 * DAY;

export const PATIENT = {
  name: '가상 김하나',
  sex: 'female',
  birthDate: '1950-02-28',
  identifier: 'T-001',
  zone: 'Asia/Seoul',
} as const;
export const CUFF = { profile: 'blood-pressure', label: 'Cuff', address: '02:00:00:00:00:01' } as const;

export interface TestApp {
  readonly app: App;
  readonly hub: Hub;
  readonly folder: string;
  /** Moves the clock. */
  advance(ms: number): void;
  close(): Promise<void>;
}

export async function openTestApp(options: Partial<AppOptions> = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'gaya-app-'));
  const state = { now: NOW, random: 1 };
  const clock = (): number => state.now;
  const random = (octets: number): Uint8Array =>
    Uint8Array.from({ length: octets }, () => (state.random = (state.random * 48_271) % 2_147_483_647) & 0xff);
  const hub = await openHub({ dataDir: join(folder, 'data'), organisation: 'default', clock, random });
  const broker = { kind: 'embedded', connected: () => true } as const;
  const app = await buildApp({
    hub,
    broker,
    dashboard: join(folder, 'dist'),
    version: '1.2.3',
    clock,
    checkAnswers,
    ...options,
  });
  return {
    app,
    hub,
    folder,
    advance: (ms) => (state.now += ms),
    close: async () => {
      await app.close();
      await hub.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** @throws {Error} for an answer that its schema does not allow */
function checkAnswers(schema: unknown, answer: unknown): void {
  if (Check(schema as TSchema, answer)) return;
  const [first] = Errors(schema as TSchema, answer);
  throw new Error(`answer against its schema: ${first?.instancePath ?? ''} ${first?.message ?? ''}`);
}

export interface Enrolled {
  readonly patientId: string;
  readonly deviceId: string;
  readonly secret: string;
}

/** A patient, a gateway `gw1` and a cuff that is the patient's since yesterday, all through the API. */
export async function enrol(app: App): Promise<Enrolled> {
  const { patientId } = await post<{ patientId: string }>(app, '/api/patients', { ...PATIENT, fictional: true });
  const { secret } = await post<{ secret: string }>(app, '/api/gateways', { gatewayId: 'gw1', label: 'Home' });
  const { deviceId } = await post<{ deviceId: string }>(app, '/api/devices', { ...CUFF, gateways: ['gw1'] });
  await post(app, '/api/bindings', { deviceId, patientId, from: NOW - DAY });
  return { patientId, deviceId, secret };
}

export async function post<T>(app: App, url: string, payload: object): Promise<T> {
  const response = await app.inject({ method: 'POST', url, payload });
  if (response.statusCode >= 300) throw new Error(`${url}: ${response.statusCode} ${response.body}`);
  return response.json();
}

/** A session in which a cuff measured 120/80 (mean 93) with pulse 72 at the given time, live. */
export function cuffMessage(deviceId: string, session: string, at: number, hex = '04780050005d004800'): FramesMessage {
  const frame = (sequence: number, how: 'connect' | 'indicate', bytes: string) => ({
    sequence,
    how,
    bytes,
    ...(how === 'indicate' ? { service: '1810', characteristic: '2a35' } : {}),
    wall: at,
    mono: at - BOOT_AT,
    boot: 'boot1',
    synced: true,
  });
  return {
    schema: 'gaya.frames',
    version: 1,
    gateway: 'gw1',
    device: deviceId,
    session,
    zone: 'Asia/Seoul',
    boots: [{ boot: 'boot1', utcMinusMonoMs: BOOT_AT, uncertaintyMs: 20 }],
    frames: [frame(0, 'connect', ''), frame(1, 'indicate', hex)],
  };
}

/** Sends messages and waits until readings are made of them. */
export async function measure(hub: Hub, ...messages: FramesMessage[]): Promise<void> {
  for (const message of messages) {
    hub.ingest.receive(framesTopic(message.gateway, message.device), Buffer.from(JSON.stringify(message)));
  }
  hub.ingest.flush();
  await hub.projections.caughtUp();
}
