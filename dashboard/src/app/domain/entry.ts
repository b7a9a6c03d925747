/** Values that a person types: whether they can be true, and as the hub wants them. Pure. */
import { isPlausible, metrics, type ComponentDefinition, type MetricDefinition } from '@gaya/protocols/metrics';

/** What may be entered by hand: what a person can read off a device or count. */
export const ENTERABLE: readonly MetricDefinition[] = metrics.filter(({ kind }) => kind === 'spot');

type EntryFault = 'missing' | 'not-a-number' | 'implausible' | 'not-in-order';

/** As typed, by component id. */
export type EntryTexts = Readonly<Partial<Record<string, string>>>;
export type EntryFaults = Readonly<Partial<Record<string, EntryFault>>>;

export interface EntryValue {
  readonly component: string;
  /** Decimal text in the metric's unit, as precise as it was typed. */
  readonly value: string;
}

/** A mean is measured by few devices: without it a blood pressure is still whole. */
export const isOptional = ({ id }: ComponentDefinition): boolean => id === 'mean';

/** Either all values or what is wrong with which field; fields that are optional and empty are left out. */
export function checkEntry(
  metric: MetricDefinition,
  components: readonly ComponentDefinition[],
  texts: EntryTexts,
): { readonly values: readonly EntryValue[]; readonly faults: EntryFaults } {
  const faults: Partial<Record<string, EntryFault>> = {};
  const values: EntryValue[] = [];
  for (const component of components) {
    // Comma and point both stand before decimals, depending on who learnt to write where.
    const value = (texts[component.id] ?? '').trim().replace(',', '.');
    const fault = faultOf(value, component);
    if (fault !== null) faults[component.id] = fault;
    else if (value !== '') values.push({ component: component.id, value });
  }
  if (Object.keys(faults).length === 0 && !inOrder(metric, components, values)) {
    const last = components.findLast(({ id }) => values.some(({ component }) => component === id));
    if (last !== undefined) faults[last.id] = 'not-in-order';
  }
  return { values, faults };
}

function faultOf(value: string, component: ComponentDefinition): EntryFault | null {
  if (value === '') return isOptional(component) ? null : 'missing';
  if (!/^-?\d{1,6}(\.\d{1,4})?$/.test(value)) return 'not-a-number';
  const [low, high] = component.plausible;
  return Number(value) < low || Number(value) > high ? 'implausible' : null;
}

/** Systolic above diastolic, mean between them: the catalogue's own rule, once each value by itself can be true. */
function inOrder(
  metric: MetricDefinition,
  components: readonly ComponentDefinition[],
  values: readonly EntryValue[],
): boolean {
  return isPlausible(
    metric.id,
    components.flatMap(({ id }) => {
      const entered = values.find(({ component }) => component === id);
      return entered === undefined ? [] : [{ component: id, value: entered.value, unit: metric.unit }];
    }),
  );
}
