/** Whether a value can be true at all: physics, for marking artefacts. The value is always kept. */
import { toNumber } from '../bytes/decimal.ts';
import type { Component } from '../readings/reading.ts';
import { definitionOf } from './catalogue.ts';
import type { MetricId } from './metric.ts';

/** Components are in the catalogue's unit; those without a number say nothing. */
export function isPlausible(metric: MetricId, components: readonly Component[]): boolean {
  const definition = definitionOf(metric);
  const within = components.every((component) => {
    if (component.value === null) return true;
    const range = definition.components.find((c) => c.id === component.component)?.plausible ?? definition.plausible;
    const value = toNumber(component.value);
    return value >= range[0] && value <= range[1];
  });
  return within && pressuresInOrder(components);
}

/** systolic > diastolic, mean between them. */
function pressuresInOrder(components: readonly Component[]): boolean {
  const numberOf = (id: string): number | null => {
    const value = components.find((component) => component.component === id)?.value ?? null;
    return value === null ? null : toNumber(value);
  };
  const [systolic, diastolic, mean] = [numberOf('systolic'), numberOf('diastolic'), numberOf('mean')];
  if (systolic !== null && diastolic !== null && systolic <= diastolic) return false;
  if (mean === null) return true;
  return (systolic === null || mean <= systolic) && (diastolic === null || mean >= diastolic);
}
