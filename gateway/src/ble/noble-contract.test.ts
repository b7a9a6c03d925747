// What we rely on in noble beyond its documented interface. Fails when a new version has changed it: then read hci-driver.ts,
// noble-gatt-tap.ts and noble-link.ts against the new source before pinning it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const noble = dirname(createRequire(import.meta.url).resolve('@stoprocent/noble'));
const sockets = dirname(createRequire(join(noble, 'index.js')).resolve('@stoprocent/bluetooth-hci-socket'));
const source = (path: string): string => readFileSync(join(noble, path), 'utf8');

describe('noble', () => {
  it('is the version that its source was read in', () => {
    const { version } = JSON.parse(source('package.json')) as { version: string };
    expect(version).toBe('2.8.0');
  });

  it('takes its socket from loadDriver, with the bind parameters untouched', () => {
    const hci = source('lib/hci-socket/hci.js');
    expect(hci).toContain("const { loadDriver } = require('@stoprocent/bluetooth-hci-socket');");
    expect(hci).toContain("loadDriver(options.hciDriver || 'default')");
    expect(hci).toContain('this._socket.bindUser(this._deviceId, this._bindParams);');
  });

  it('finds the drivers of its socket package where we load them from', () => {
    for (const driver of ['uart', 'native'])
      expect(existsSync(join(sockets, 'lib', `${driver}.js`)), driver).toBe(true);
    expect(readFileSync(join(sockets, 'index.js'), 'utf8')).toContain("return require('./lib/uart.js');");
  });

  it('makes an instance without the package index', () => {
    expect(source('lib/resolve-bindings.js')).toContain(
      "module.exports = function (bindingType = 'default', options = {})",
    );
  });

  it('sends confirmations through _queueCommand, before it hands the value on', () => {
    const gatt = source('lib/hci-socket/gatt.js');
    const confirms = gatt.indexOf('this._queueCommand(this.handleConfirmation()');
    const handsOn = gatt.indexOf("this.emit('notification'");
    expect(confirms).toBeGreaterThan(0);
    expect(handsOn).toBeGreaterThan(confirms);
  });

  it('binds the methods that we stand in when a connection is made', () => {
    const gatt = source('lib/hci-socket/gatt.js');
    for (const method of ['onAclStreamData', 'onAclStreamEncryptFail'])
      expect(gatt).toContain(`this.${method}.bind(this)`);
    expect(gatt).toContain('this._aclStream.encrypt();\n      return;');
    expect(gatt).toContain("this._security !== 'medium'");
  });

  it('keeps its GATT clients by peripheral id', () => {
    expect(source('lib/hci-socket/bindings.js')).toContain('this._gatts[uuid] = this._gatts[handle] = gatt;');
    expect(source('lib/noble.js')).toContain('this._bindings = bindings;');
  });

  it('reports a connection in the turn in which it makes the GATT client', () => {
    const noble = source('lib/noble.js');
    expect(noble).toContain('this.emit(`connect:${peripheralId}`, error);');
  });
});
