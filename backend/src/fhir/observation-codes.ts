/**
 * Which codes an Observation carries, for searching by them. LOINC belongs to the metric; the 11073 code of some metrics depends
 * on the device type (pulse of a cuff, pulse of an oximeter), so it is known only with the reading's device.
 */
import { LOINC, loincOf, MDC } from '@gaya/protocols/fhir';
import { metrics, type MetricDefinition, type MetricId } from '@gaya/protocols/metrics';
import { profiles, type DeviceProfile } from '@gaya/protocols/profiles';

/** One value of the parameter `code`; a null system means any. */
export interface CodeToken {
  readonly system: string | null;
  readonly code: string;
}

/** Tokens of one parameter are alternatives; each repetition of the parameter must match. */
export type CodeFilter = readonly (readonly CodeToken[])[];

/** `code` or `system|code`, separated by commas; null for a text that is none. */
export function readTokens(text: string): CodeToken[] | null {
  const tokens = text.split(',').map((token): CodeToken => {
    const bar = token.indexOf('|');
    return bar < 0 ? { system: null, code: token } : { system: token.slice(0, bar), code: token.slice(bar + 1) };
  });
  return tokens.some((token) => token.code === '') ? null : tokens;
}

export function matchesCodes(
  metric: MetricDefinition,
  profile: DeviceProfile | undefined,
  filter: CodeFilter,
): boolean {
  const mdc = String(profile?.mdc?.[metric.id] ?? metric.mdc);
  const loincs = [loincOf(metric.id), metric.loinc];
  const matches = ({ system, code }: CodeToken): boolean =>
    (system !== MDC && loincs.includes(code) && (system === null || system === LOINC)) ||
    (code === mdc && (system === null || system === MDC));
  return filter.every((alternatives) => alternatives.some(matches));
}

export interface Candidates {
  readonly metrics: readonly MetricId[];
  /** Of one of these metrics some devices' readings match and others' do not: each reading must be looked at. */
  readonly byDevice: boolean;
}

/** Metrics of which a reading can match. */
export function candidatesFor(filter: CodeFilter): Candidates {
  const types = [undefined, ...profiles];
  const counted = metrics.map((metric) => ({
    id: metric.id,
    matching: types.filter((profile) => matchesCodes(metric, profile, filter)).length,
  }));
  const possible = counted.filter(({ matching }) => matching > 0);
  return { metrics: possible.map(({ id }) => id), byDevice: possible.some(({ matching }) => matching < types.length) };
}
