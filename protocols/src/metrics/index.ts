export * from './catalogue.ts';
export * from './metric.ts';
export * from './plausibility.ts';
export * from './units.ts';
