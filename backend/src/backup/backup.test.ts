import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { statusTopic, type GatewayStatus } from '@gaya/protocols/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../cli.ts';
import { connect, cuff, GATEWAY, HOUR, message, NINE_AM } from '../testing/frames.ts';
import { dumpOf, rowsOf } from '../testing/dump.ts';
import { HubHarness, repeatable } from '../testing/hub-harness.ts';
import { backUp, restore, verifyStore } from './backup.ts';

describe('backup and restore', () => {
  let folder: string;
  let h: HubHarness;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gaya-backup-'));
    h = await HubHarness.open();
    await h.bindCuff();
  });
  afterEach(async () => {
    await h.closeAndRemove();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = () => join(folder, 'hub.backup');
  const restoreHere = async () => {
    await h.close();
    await restore(h.dataDir, file(), { clock: () => NINE_AM + HOUR, random: repeatable('restored') });
    h = await HubHarness.open({ dataDir: h.dataDir });
  };
  const bodies = () =>
    rowsOf(h.dataDir, `select session, first_sequence from log where session is not null order by 1, 2`);
  const session = (name: string) => message([connect, cuff(120)], { session: name });

  it('copies a running hub, with what it took in until then', async () => {
    await h.receive(session('s-1'), session('s-2'));
    const counts = backUp(h.dataDir, file());
    await h.receive(session('s-3'));
    expect(counts).toEqual({ entries: 3, readings: 4, lastReceivedAt: NINE_AM });
    expect(verifyStore(file())).toEqual(counts);
    expect(readdirSync(folder)).toEqual(['hub.backup']);
  });

  it('gives everything exactly once when an older backup is restored and the gateways send again', async () => {
    await h.receive(session('s-1'), session('s-2'));
    backUp(h.dataDir, file());
    await h.receive(session('s-3'), session('s-4'));
    const complete = dumpOf(h.dataDir);
    await restoreHere();
    expect(bodies()).toHaveLength(2);
    await h.receive(session('s-2'), session('s-3'), session('s-4'), session('s-3'));
    expect(bodies()).toHaveLength(4);
    expect(dumpOf(h.dataDir)).toEqual(complete);
  });

  it('tells gateways its new epoch, and asks each once to send again since the backup', async () => {
    await h.receive(session('s-1'));
    backUp(h.dataDir, file());
    const { epoch } = h.hub;
    await restoreHere();
    expect(h.hub.epoch).not.toBe(epoch);
    const status: GatewayStatus = {
      schema: 'gaya.gateway-status',
      version: 1,
      gateway: GATEWAY,
      state: 'online',
    };
    const beat = () => {
      h.hub.ingest.receive(statusTopic(GATEWAY), Buffer.from(JSON.stringify(status)));
      h.hub.ingest.flush();
    };
    beat();
    beat();
    const since = NINE_AM - HOUR;
    const command = { schema: 'gaya.commands', version: 1, kind: 'resend', epoch: h.hub.epoch, since };
    expect(h.commands).toEqual([[GATEWAY, command, false]]);
    await h.receive(session('s-1'));
    expect(h.acks.at(-1)?.[1]).toMatchObject({ epoch: h.hub.epoch, stored: [{ session: 's-1', first: 0, last: 1 }] });
  });

  it('resets clients that know the feed of the time before the restore', async () => {
    await h.receive(session('s-1'));
    backUp(h.dataDir, file());
    await h.receive(session('s-2'), session('s-3'));
    const known = h.hub.feed.position();
    await restoreHere();
    await h.receive(session('s-4'));
    expect(h.hub.feed.position()).toBeGreaterThan(known);
    expect(h.hub.feed.since(known, 10)).toEqual({ reset: true, events: [] });
  });

  it('sets aside what was in the folder', async () => {
    await h.receive(session('s-1'));
    backUp(h.dataDir, file());
    await h.receive(session('s-2'));
    await restoreHere();
    const [aside] = readdirSync(h.dataDir).filter((name) => /before-restore-[^-]+-[0-9T.Z-]+$/.test(name));
    const old = new DatabaseSync(join(h.dataDir, aside ?? ''));
    expect(old.prepare(`select count(*) as n from log where session = 's-2'`).get()).toEqual({ n: 1 });
    old.close();
  });

  it('does not believe a copy that is damaged, incomplete or something else', () => {
    backUp(h.dataDir, file());
    expect(() => backUp(h.dataDir, file())).toThrow('already-exists');
    expect(() => backUp(folder, join(folder, 'x'))).toThrow('no-hub');
    const copy = new DatabaseSync(file());
    copy.exec('delete from log');
    copy.close();
    expect(() => verifyStore(file())).toThrow('incomplete');
    truncateSync(file(), 20_000);
    expect(() => verifyStore(file())).toThrow(/damaged|not-a-backup/);
    writeFileSync(file(), 'no database');
    expect(() => verifyStore(file())).toThrow('not-a-backup');
    expect(() => verifyStore(join(folder, 'nothing'))).toThrow('not-a-backup');
  });

  it('is done by the command line, with one sentence for what goes wrong', async () => {
    const lines: string[] = [];
    const gaya = (...args: string[]) =>
      runCli(args, { out: (line) => lines.push(line), error: (line) => lines.push(line) });
    await h.receive(session('s-1'));
    expect(await gaya('backup', file(), '--data', h.dataDir)).toBe(0);
    expect(await gaya('backup', file(), '--data', h.dataDir)).toBe(1);
    await h.close();
    expect(await gaya('restore', file(), '--data', join(folder, 'new'))).toBe(0);
    expect(await gaya('replay', '--data', join(folder, 'new'))).toBe(0);
    expect(await gaya('replay', '--data', folder)).toBe(1);
    expect(lines).toEqual([
      'Backed up and verified: 2 log entries, 2 readings.',
      `This file is there already; choose another name: ${file()}`,
      'Restored and verified: 2 log entries, 2 readings.',
      'When the hub starts, the gateways send again what the backup lacks.',
      'Replayed 2 log entries: 0 readings have a new version.',
      `There is no hub in this folder: ${folder}`,
    ]);
    expect(await gaya('frobnicate')).toBe(1);
    h = await HubHarness.open({ dataDir: h.dataDir });
  });
});
