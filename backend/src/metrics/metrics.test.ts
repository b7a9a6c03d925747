import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cuffMessage,
  enrol,
  measure,
  NOW,
  openTestApp,
  PATIENT,
  type Enrolled,
  type TestApp,
} from '../testing/test-app.ts';

let test: TestApp;
let enrolled: Enrolled;

beforeAll(async () => {
  test = await openTestApp();
  enrolled = await enrol(test.app);
});
afterAll(() => test.close());

const text = async (): Promise<string> => (await test.app.inject('/metrics')).body;
const value = (metrics: string, name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);

describe('GET /metrics', () => {
  it('counts what was taken, and the same number when it is read again', async () => {
    await measure(test.hub, cuffMessage(enrolled.deviceId, 's1', NOW), cuffMessage(enrolled.deviceId, 's2', NOW));
    for (const metrics of [await text(), await text()]) {
      expect(value(metrics, 'gaya_ingest_messages_total')).toBe(2);
      expect(value(metrics, 'gaya_ingest_frames_total')).toBe(4);
      expect(value(metrics, 'gaya_projection_lag_entries\\{projection="readings"\\}')).toBe(0);
      expect(value(metrics, 'gaya_broker_connected')).toBe(1);
      expect(value(metrics, 'gaya_gateways\\{state="offline"\\}')).toBe(1);
    }
  });

  it('has the delay of the event loop and the memory of the process', async () => {
    const metrics = await text();
    expect(value(metrics, 'gaya_event_loop_delay_seconds\\{quantile="0.99"\\}')).toBeGreaterThanOrEqual(0);
    expect(value(metrics, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(value(metrics, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  it('names no patient, no device and no gateway', async () => {
    const metrics = await text();
    for (const word of [enrolled.patientId, enrolled.deviceId, 'gw1', PATIENT.name, PATIENT.identifier])
      expect(metrics).not.toContain(word);
  });
});
