/**
 * Samples of dense streams: points only, no reading rows. Where a session's samples lie is kept as extents, so that they
 * can be found again and moved when a binding or a time changes.
 */
import type { ApiReading, FeedEvent } from '@gaya/protocols/api';
import type { TimedReading } from '@gaya/protocols/readings/reading';
import type { Database } from '../db/database.ts';
import { Lru } from '../log/lru.ts';
import type { LatestValues } from '../readings/latest-values.ts';
import { positionOf, refOf } from '../series/series-store.ts';
import type { SqliteSeriesStore } from '../series/sqlite-series-store.ts';
import { assign, type BindingSpan } from './binding-index.ts';
import type { FrameSource } from './session-run.ts';

const SQL = {
  extents: 'select sid, first_t, last_t, uncertainty_ms from sample_extent where organisation = ? and session = ?',
  widen: `insert into sample_extent (organisation, session, sid, first_t, last_t, uncertainty_ms)
    values (?, ?, ?, ?, ?, ?) on conflict (organisation, session, sid) do update set
      first_t = min(first_t, excluded.first_t), last_t = max(last_t, excluded.last_t),
      uncertainty_ms = max(uncertainty_ms, excluded.uncertainty_ms)`,
  clear: 'delete from sample_extent where organisation = ? and session = ?',
  newest: `select e.session, e.sid, e.last_t from series_key k
    cross join sample_extent e on e.organisation = k.organisation and e.sid = k.sid
    where e.organisation = ? and k.organisation = ? and k.patient = ? and k.metric = ?
    order by e.last_t desc, e.session desc limit 1`,
} as const;

/** Samples that belong to nobody have no points, but are found when somebody's binding reaches them. */
const NOBODY = 0;
/** At most one event per patient and metric in this time. */
const EVENT_INTERVAL_MS = 1000;

export interface Extent {
  readonly sid: number;
  readonly firstT: number;
  readonly lastT: number;
  readonly uncertaintyMs: number;
}

/** Finds a sample again in the log by its session and place. */
export type SampleLookUp = (
  session: string,
  ref: number,
  metric: string,
) => { sample: TimedReading; source: FrameSource } | null;

export interface SampleWriterParts {
  readonly db: Database;
  readonly organisation: string;
  readonly clock: () => number;
  readonly series: SqliteSeriesStore;
  readonly latest: LatestValues;
  readonly lookUp: SampleLookUp;
}

interface Newest {
  readonly sample: TimedReading;
  readonly source: FrameSource;
  readonly patient: string;
}

interface LineCache {
  readonly patient: string;
  readonly device: string;
  /** By metric and component. */
  readonly sids: Map<string, Map<string, number>>;
}

interface Target {
  readonly sid: number;
  readonly t: number;
  readonly ref: number;
  readonly v: number;
}

export class SampleWriter {
  readonly #db: Database;
  readonly #organisation: string;
  readonly #clock: () => number;
  readonly #series: SqliteSeriesStore;
  readonly #latest: LatestValues;
  readonly #lookUp: SampleLookUp;
  /** Not yet written: session -> line -> extent. */
  readonly #extents = new Map<string, Map<number, { firstT: number; lastT: number; uncertaintyMs: number }>>();
  readonly #newest = new Map<string, Newest>();
  /** Lines of the patient and device that came last. */
  #lines: LineCache = { patient: '', device: '', sids: new Map() };
  readonly #toldAt = new Lru<string, number>(50_000);

  constructor({ db, organisation, clock, series, latest, lookUp }: SampleWriterParts) {
    this.#db = db;
    this.#organisation = organisation;
    this.#clock = clock;
    this.#series = series;
    this.#latest = latest;
    this.#lookUp = lookUp;
    db.onRollback(() => this.#forget());
  }

  /** A sample that comes in its turn. */
  add(sample: TimedReading, source: FrameSource, spans: readonly BindingSpan[]): void {
    for (const { sid, t, ref, v } of this.#targetsOf(sample, source, spans)) this.#series.put(sid, t, ref, v);
  }

  /**
   * All samples of a session at once: what is stored is brought to what they say.
   * @param positions of the session's entries in the log
   * @param spotRefs frames that carry spot readings: their points lie on the same lines and are not ours
   */
  replaceSession(
    session: string,
    samples: readonly { sample: TimedReading; source: FrameSource }[],
    spans: readonly BindingSpan[],
    positions: ReadonlySet<number>,
    spotRefs: ReadonlySet<number>,
  ): void {
    this.#flushExtents();
    const stored = this.extentsOf(session);
    if (stored.length === 0 && samples.length === 0) return;
    const targets = samples.flatMap(({ sample, source }) => this.#targetsOf(sample, source, spans));
    const wanted = new Map(targets.map((target) => [keyOf(target), target]));
    const gone = stored
      .flatMap((extent) => this.#storedIn(extent, positions))
      .filter((point) => !spotRefs.has(point.ref) && !wanted.has(keyOf(point)));
    for (const { sid, t, ref } of gone) this.#series.remove(sid, t, ref);
    for (const { sid, t, ref, v } of wanted.values()) this.#series.put(sid, t, ref, v);
    this.#db.run(SQL.clear, this.#organisation, session);
    this.#flushExtents();
    for (const sid of new Set(gone.map((point) => point.sid))) this.#outdate(sid);
  }

  extentsOf(session: string): Extent[] {
    return this.#db.all(SQL.extents, this.#organisation, session).map((row) => ({
      sid: row['sid'] as number,
      firstT: row['first_t'] as number,
      lastT: row['last_t'] as number,
      uncertaintyMs: row['uncertainty_ms'] as number,
    }));
  }

  /** To be called at the end of the transaction. @returns events for the feed */
  flush(): FeedEvent[] {
    this.#flushExtents();
    const events = [...this.#newest].flatMap(([key, { sample, source, patient }]) =>
      this.#tell(key, toApiSample(sample, source, patient)),
    );
    this.#newest.clear();
    return events;
  }

  #targetsOf(sample: TimedReading, source: FrameSource, spans: readonly BindingSpan[]): Target[] {
    const { effectiveAt: t, uncertaintyMs } = sample.time;
    if (t === null || sample.quality.includes('invalid')) return [];
    const uncertainty = uncertaintyMs ?? 0;
    const { patient } = assign(spans, t, uncertainty, sample.userSlot);
    if (patient === null) {
      this.#widen(source.session, NOBODY, t, uncertainty);
      return [];
    }
    const ref = refOf(source.position, source.index);
    const targets: Target[] = [];
    for (const { component, value } of sample.components) {
      if (value === null) continue;
      const sid = this.#sidOf(patient, source.device, sample.metric, component);
      this.#widen(source.session, sid, t, uncertainty);
      targets.push({ sid, t, ref, v: Number(value) });
    }
    if (targets.length > 0 && !sample.quality.includes('demo')) this.#noteNewest(sample, source, patient);
    return targets;
  }

  /** Samples come in runs of one patient and device: the long way is gone once for each run. */
  #sidOf(patient: string, device: string, metric: string, component: string): number {
    if (this.#lines.patient !== patient || this.#lines.device !== device) {
      this.#lines = { patient, device, sids: new Map() };
    }
    const { sids } = this.#lines;
    let components = sids.get(metric);
    if (components === undefined) sids.set(metric, (components = new Map<string, number>()));
    let sid = components.get(component);
    if (sid === undefined)
      components.set(component, (sid = this.#series.sidOf({ patient, metric, component, device })));
    return sid;
  }

  #widen(session: string, sid: number, t: number, uncertaintyMs: number): void {
    let lines = this.#extents.get(session);
    if (lines === undefined) this.#extents.set(session, (lines = new Map<number, never>()));
    const extent = lines.get(sid);
    if (extent === undefined) {
      lines.set(sid, { firstT: t, lastT: t, uncertaintyMs });
      return;
    }
    if (t < extent.firstT) extent.firstT = t;
    if (t > extent.lastT) extent.lastT = t;
    if (uncertaintyMs > extent.uncertaintyMs) extent.uncertaintyMs = uncertaintyMs;
  }

  #noteNewest(sample: TimedReading, source: FrameSource, patient: string): void {
    const key = `${patient}\n${sample.metric}`;
    const best = this.#newest.get(key);
    if (best !== undefined && !isNewer(sample, best.sample)) return;
    this.#newest.set(key, { sample, source, patient });
  }

  #tell(key: string, reading: ApiReading): FeedEvent[] {
    this.#latest.offerSample(reading);
    const now = this.#clock();
    const toldAt = this.#toldAt.get(key);
    if (reading.source === 'seed' || (toldAt !== undefined && now - toldAt < EVENT_INTERVAL_MS)) return [];
    this.#toldAt.set(key, now);
    return [{ type: 'reading', at: now, reading }];
  }

  /** Points of a line that come from these log entries. */
  #storedIn({ sid, firstT, lastT }: Extent, positions: ReadonlySet<number>): { sid: number; t: number; ref: number }[] {
    if (sid === NOBODY) return [];
    return this.#series
      .within(sid, firstT, lastT)
      .filter(({ ref }) => positions.has(positionOf(ref)))
      .map(({ t, ref }) => ({ sid, t, ref }));
  }

  /** The newest value may have been among those that are gone: what is the newest now is looked up in the log. */
  #outdate(sid: number): void {
    const line = this.#series.lineOf(sid);
    if (line === null) return;
    this.#latest.removeSample(line.patient, line.metric);
    const row = this.#db.get(SQL.newest, this.#organisation, this.#organisation, line.patient, line.metric);
    if (row === undefined) return;
    const [point] = this.#series.within(row['sid'] as number, row['last_t'] as number, row['last_t'] as number);
    if (point === undefined) return;
    const found = this.#lookUp(row['session'] as string, point.ref, line.metric);
    if (found !== null) this.#noteNewest(found.sample, found.source, line.patient);
  }

  #flushExtents(): void {
    for (const [session, lines] of this.#extents) {
      for (const [sid, { firstT, lastT, uncertaintyMs }] of lines) {
        this.#db.run(SQL.widen, this.#organisation, session, sid, firstT, lastT, uncertaintyMs);
      }
    }
    this.#extents.clear();
  }

  #forget(): void {
    this.#lines = { patient: '', device: '', sids: new Map() };
    this.#extents.clear();
    this.#newest.clear();
  }
}

/** Of equal times the same always wins, whichever came first. */
function isNewer(a: TimedReading, b: TimedReading): boolean {
  const [at, other] = [a.time.effectiveAt ?? 0, b.time.effectiveAt ?? 0];
  return at === other ? a.readingId > b.readingId : at > other;
}

const keyOf = ({ sid, t, ref }: { sid: number; t: number; ref: number }): string => `${sid} ${t} ${ref}`;

/** A sample as the API shows it: like a reading, though it has no row and no versions. */
export function toApiSample(sample: TimedReading, source: FrameSource, patient: string | null): ApiReading {
  return {
    readingId: sample.readingId,
    version: 1,
    kind: 'sample',
    status: 'current',
    metric: sample.metric,
    components: sample.components.map(({ component, value, unit, absent }) => ({
      component,
      value,
      unit,
      absent: absent ?? null,
    })),
    quality: qualityOf(sample, source),
    time: { ...sample.time, receivedAt: source.receivedAt },
    source: source.sourceKind === 'seed' ? 'seed' : 'gateway',
    device: source.device,
    patientId: patient,
    trayReason: null,
    userSlot: sample.userSlot,
    note: null,
  };
}

/** History that was made up is marked as such, wherever it shows. */
export function qualityOf(reading: TimedReading, source: Pick<FrameSource, 'sourceKind'>): string[] {
  const { quality } = reading;
  return source.sourceKind === 'seed' && !quality.includes('test-data') ? [...quality, 'test-data'] : [...quality];
}
