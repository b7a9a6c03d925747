export * from './common.ts';
export * from './feed.ts';
export * from './health.ts';
export * from './readings.ts';
export * from './records.ts';
