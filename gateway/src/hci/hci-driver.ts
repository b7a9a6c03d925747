/**
 * The seam under noble: its HCI code takes its socket from `loadDriver` of `@stoprocent/bluetooth-hci-socket`, once, when it
 * is first loaded. Our `loadDriver` stands in that package's place, so that a transport of ours can be the socket and the
 * package's own drivers (with their native parts) are loaded only when they are asked for.
 */
import { createRequire, Module } from 'node:module';
import { TransportHciSocket } from './transport-hci-socket.ts';

const PACKAGE = '@stoprocent/bluetooth-hci-socket';
export const TRANSPORT_DRIVER = 'transport';

const require = createRequire(import.meta.url);
let installed = false;

/** Must have run before noble is first loaded; harmless when repeated. */
export function installHciDriver(): void {
  if (installed) return;
  installed = true;
  const nobleRequire = createRequire(require.resolve('@stoprocent/noble'));
  const file = nobleRequire.resolve(PACKAGE);
  if (require.cache[file] !== undefined) throw new Error(`${PACKAGE} was loaded before the gateway's driver`);
  const standIn = new Module(file);
  standIn.filename = file;
  standIn.loaded = true;
  standIn.exports = {
    loadDriver: (name: string): unknown =>
      name === TRANSPORT_DRIVER ? TransportHciSocket : nobleRequire(`${PACKAGE}/lib/${name}.js`),
  };
  require.cache[file] = standIn;
}
