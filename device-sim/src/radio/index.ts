/** The virtual radio as others use it. */
export { Air } from './air.ts';
export { VirtualController } from './controller.ts';
export type { ControllerOptions } from './controller-options.ts';
export type { CharacteristicDefinition, ServiceDefinition } from './gatt-database.ts';
export { serveH4 } from './h4-server.ts';
export type { H4Server } from './h4-server.ts';
export { attachSerial } from './h4-serial.ts';
export { VirtualPeripheral } from './peripheral.ts';
export type { PeripheralOptions } from './peripheral.ts';
export { realScheduler, VirtualScheduler } from './scheduler.ts';
export type { Scheduler } from './scheduler.ts';
export { createVirtualHci } from './virtual-hci.ts';
export type { VirtualHci } from './virtual-hci.ts';
