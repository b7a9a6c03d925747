import { afterEach, describe, expect, it } from 'vitest';
import { rowsOf } from '../testing/dump.ts';
import { connect, cuff, cuffStream, message } from '../testing/frames.ts';
import { HubHarness } from '../testing/hub-harness.ts';

let h: HubHarness;
afterEach(() => h.closeAndRemove());

const pulsePoints = (): number =>
  rowsOf(h.dataDir, `select t from point join series_key using (sid) where metric = 'pulse'`).length;

describe('samples of a session that is run again', () => {
  it('leave the points of spot readings on the same line alone', async () => {
    h = await HubHarness.open();
    await h.bindCuff();
    const first = [connect, cuffStream(60), cuff(120), cuffStream(61)];
    await h.receive(message(first));
    expect(pulsePoints()).toBe(3);

    // A new process does not know the session's state any more, and runs it again from the log.
    await h.close();
    h = await HubHarness.open({ dataDir: h.dataDir });
    await h.receive(message([cuffStream(62), cuff(121)], { first: first.length }));
    expect(pulsePoints()).toBe(5);
  });
});
