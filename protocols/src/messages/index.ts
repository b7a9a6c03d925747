export * from './acks.ts';
export * from './commands.ts';
export * from './frames.ts';
export * from './gateway-status.ts';
export * from './session-id.ts';
export * from './topics.ts';
