/** A row of the table `reading`, and how the API shows it. */
import type { SQLInputValue } from 'node:sqlite';
import type { ApiReading } from '@gaya/protocols/api';
import type { Row } from '../db/database.ts';
import type { StoredReading } from '../ports.ts';

/** As interpreted: follows from the frames alone. */
export interface InterpretedPart {
  readonly readingId: string;
  readonly metric: string;
  /** JSON of `Component[]`. */
  readonly components: string;
  /** JSON of `QualityFlag[]`. */
  readonly quality: string;
  readonly effectiveAt: number | null;
  readonly uncertaintyMs: number | null;
  readonly verdict: string;
  readonly reason: string | null;
  readonly deviceTime: string | null;
  readonly clockOffsetMs: number | null;
  readonly gatewayAt: number | null;
  readonly receivedAt: number;
  readonly sourceKind: string;
  readonly device: string | null;
  readonly session: string | null;
  readonly sequence: number | null;
  readonly slot: string;
  readonly userSlot: number | null;
  readonly fingerprint: string | null;
  readonly partition: number;
  readonly position: number;
  readonly frameIndex: number;
}

/** What other frames, bindings and people's decisions make of it. */
export interface SettledPart {
  readonly status: ApiReading['status'];
  /** JSON of `QualityFlag[]`, null for none. */
  readonly addedQuality: string | null;
  /** JSON of `Component[]`, null when never corrected. */
  readonly corrected: string | null;
  readonly usable: boolean;
  readonly patient: string | null;
  readonly trayReason: ApiReading['trayReason'];
  readonly note: string | null;
}

export interface ReadingRow extends InterpretedPart, SettledPart {
  readonly version: number;
  readonly recordedAt: number;
}

export const READING_COLUMNS = `organisation, reading_id, version, status, metric, components, quality, added_quality,
  corrected, usable, effective_at, uncertainty_ms, verdict, reason, device_time, clock_offset_ms, gateway_at, received_at,
  source_kind, device, session, sequence, slot, user_slot, fingerprint, patient, tray_reason, note, partition, position,
  frame_index, recorded_at`;

export const READING_PLACEHOLDERS = READING_COLUMNS.split(',')
  .map(() => '?')
  .join(', ');

/** In the order of {@link READING_COLUMNS}. */
export function toValues(organisation: string, row: ReadingRow): SQLInputValue[] {
  return [
    organisation,
    row.readingId,
    row.version,
    row.status,
    row.metric,
    row.components,
    row.quality,
    row.addedQuality,
    row.corrected,
    row.usable ? 1 : 0,
    row.effectiveAt,
    row.uncertaintyMs,
    row.verdict,
    row.reason,
    row.deviceTime,
    row.clockOffsetMs,
    row.gatewayAt,
    row.receivedAt,
    row.sourceKind,
    row.device,
    row.session,
    row.sequence,
    row.slot,
    row.userSlot,
    row.fingerprint,
    row.patient,
    row.trayReason,
    row.note,
    row.partition,
    row.position,
    row.frameIndex,
    row.recordedAt,
  ];
}

export function toReadingRow(row: Row): ReadingRow {
  return {
    readingId: row['reading_id'] as string,
    version: row['version'] as number,
    status: row['status'] as ReadingRow['status'],
    metric: row['metric'] as string,
    components: row['components'] as string,
    quality: row['quality'] as string,
    addedQuality: row['added_quality'] as string | null,
    corrected: row['corrected'] as string | null,
    usable: row['usable'] === 1,
    effectiveAt: row['effective_at'] as number | null,
    uncertaintyMs: row['uncertainty_ms'] as number | null,
    verdict: row['verdict'] as string,
    reason: row['reason'] as string | null,
    deviceTime: row['device_time'] as string | null,
    clockOffsetMs: row['clock_offset_ms'] as number | null,
    gatewayAt: row['gateway_at'] as number | null,
    receivedAt: row['received_at'] as number,
    sourceKind: row['source_kind'] as string,
    device: row['device'] as string | null,
    session: row['session'] as string | null,
    sequence: row['sequence'] as number | null,
    slot: row['slot'] as string,
    userSlot: row['user_slot'] as number | null,
    fingerprint: row['fingerprint'] as string | null,
    patient: row['patient'] as string | null,
    trayReason: row['tray_reason'] as ReadingRow['trayReason'],
    note: row['note'] as string | null,
    partition: row['partition'] as number,
    position: row['position'] as number,
    frameIndex: row['frame_index'] as number,
    recordedAt: row['recorded_at'] as number,
  };
}

/** Whether a new version is due: places in the log don't count, what it says does. */
export function saysTheSame(a: InterpretedPart & SettledPart, b: InterpretedPart & SettledPart): boolean {
  return (
    a.status === b.status &&
    a.metric === b.metric &&
    a.components === b.components &&
    a.quality === b.quality &&
    a.addedQuality === b.addedQuality &&
    a.corrected === b.corrected &&
    a.effectiveAt === b.effectiveAt &&
    a.uncertaintyMs === b.uncertaintyMs &&
    a.verdict === b.verdict &&
    a.reason === b.reason &&
    a.deviceTime === b.deviceTime &&
    a.clockOffsetMs === b.clockOffsetMs &&
    a.gatewayAt === b.gatewayAt &&
    a.userSlot === b.userSlot &&
    a.patient === b.patient &&
    a.trayReason === b.trayReason &&
    a.note === b.note
  );
}

type StoredComponent = Omit<ApiReading['components'][number], 'absent'> & {
  absent?: ApiReading['components'][number]['absent'];
};

function componentsOf(row: Pick<ReadingRow, 'components' | 'corrected'>): ApiReading['components'] {
  const components = JSON.parse(row.corrected ?? row.components) as StoredComponent[];
  return components.map(({ component, value, unit, absent }) => ({ component, value, unit, absent: absent ?? null }));
}

export function toStoredReading(row: ReadingRow): StoredReading {
  const added = row.addedQuality === null ? [] : (JSON.parse(row.addedQuality) as string[]);
  return {
    readingId: row.readingId,
    version: row.version,
    kind: 'spot',
    status: row.status,
    metric: row.metric,
    components: componentsOf(row),
    quality: [...(JSON.parse(row.quality) as string[]), ...added],
    time: {
      effectiveAt: row.effectiveAt,
      uncertaintyMs: row.uncertaintyMs,
      verdict: row.verdict,
      reason: row.reason,
      deviceTime: row.deviceTime,
      clockOffsetMs: row.clockOffsetMs,
      gatewayAt: row.gatewayAt,
      receivedAt: row.receivedAt,
    },
    source: row.sourceKind as ApiReading['source'],
    device: row.device,
    patientId: row.patient,
    trayReason: row.trayReason,
    userSlot: row.userSlot,
    note: row.note,
    recordedAt: row.recordedAt,
  };
}
