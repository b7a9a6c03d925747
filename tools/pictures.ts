// npm run pictures: the pictures of docs/pictures, taken of a demo hub of its own with thirty days of history.
// Arguments name the pictures to take ("npm run pictures -- worklist explain"); none: all.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiReading, Binding, Device, Worklist } from '@gaya/protocols/api';
import { openBrowser } from '../e2e/browser.ts';
import { removeData, startHub } from '../e2e/support/hub.ts';
import { choose } from '../e2e/support/page-guard.ts';
import { ROOT } from './lib/steps.ts';

const FOLDER = join(ROOT, 'docs', 'pictures');
const LARGEST_BYTES = 400_000;
const HISTORY_WITHIN_MS = 300_000;
const VALUES_WITHIN_MS = 120_000;
/** The feed never ends, so that no network is ever idle: charts are drawn by then. */
const SETTLE_MS = 1500;
const RETURNED_BEFORE_MS = 60_000;
const LANGS = ['ko', 'en'] as const;
const THEMES = ['light', 'dark'] as const;

interface Scene {
  readonly name: string;
  readonly text: string;
  /** Below which address of the hub, once it is known which patient is a good example. */
  readonly path: (example: Example) => string;
  /** What is on the page when it is ready. */
  readonly ready: string;
  readonly phone: boolean;
}

interface Example {
  readonly patientId: string;
  readonly readingId: string;
}

const SCENES: readonly Scene[] = [
  {
    name: 'worklist',
    text: 'Worklist: who needs a look, and why',
    path: () => '/worklist',
    ready: 'app-spark',
    phone: true,
  },
  {
    name: 'patient',
    text: 'One patient: newest values, trends, readings',
    path: ({ patientId }) => `/patients/${patientId}`,
    ready: 'app-trend-panel canvas',
    phone: true,
  },
  {
    name: 'explain',
    text: 'Where a value comes from: its bytes, its clocks, its way',
    path: ({ patientId, readingId }) => `/patients/${patientId}?explain=${encodeURIComponent(readingId)}`,
    ready: 'app-explain-drawer app-byte-grid',
    phone: false,
  },
  {
    name: 'unassigned',
    text: 'Readings that belong to nobody for certain',
    path: () => '/unassigned',
    ready: 'tbody tr',
    phone: false,
  },
  {
    name: 'devices',
    text: 'Devices and gateways',
    path: () => '/devices',
    ready: 'tbody tr',
    phone: false,
  },
];

interface Shot {
  readonly file: string;
  readonly scene: Scene;
  readonly lang: (typeof LANGS)[number];
  readonly theme: (typeof THEMES)[number];
  readonly width: number;
}

const SHOTS: readonly Shot[] = SCENES.flatMap((scene) => [
  ...LANGS.flatMap((lang) =>
    THEMES.map((theme) => ({ file: `${scene.name}-${lang}-${theme}.png`, scene, lang, theme, width: 1440 })),
  ),
  ...(scene.phone
    ? [{ file: `${scene.name}-ko-light-320.png`, scene, lang: 'ko', theme: 'light', width: 320 } as const]
    : []),
]);

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the hub answered ${response.status}`);
  return (await response.json()) as T;
}

async function until<T>(what: string, withinMs: number, look: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const isLive = ({ source, time }: ApiReading): boolean =>
  source === 'gateway' && (time.effectiveAt ?? 0) > Date.now() - 10 * 60_000;

/** The first patient with a fresh cuff reading, those with most metrics first. */
async function findExample(url: string): Promise<Example | undefined> {
  const { backfill, rows } = await ask<Worklist>(`${url}/api/worklist`);
  if (backfill !== null || rows.some((row) => row.latest.length === 0)) return undefined;
  for (const { patient, latest } of rows.toSorted((a, b) => b.latest.length - a.latest.length)) {
    const cuff = latest.find(({ metric, reading }) => metric === 'blood-pressure' && isLive(reading));
    if (cuff !== undefined) return { patientId: patient.patientId, readingId: cuff.reading.readingId };
  }
  return undefined;
}

/** Gives one cuff back, as when a patient went home a while ago: what it measured since then is nobody's. */
async function returnOneDevice(url: string, keep: string): Promise<void> {
  const devices = await ask<Device[]>(`${url}/api/devices`);
  const cuff = devices
    .filter(({ profile, patientId }) => profile === 'blood-pressure' && patientId !== null && patientId !== keep)
    .toSorted((a, b) => (b.lastFrameAt ?? 0) - (a.lastFrameAt ?? 0))[0];
  const bindings = await ask<Binding[]>(`${url}/api/devices/${cuff?.deviceId ?? ''}/bindings`);
  const binding = bindings.find(({ to }) => to === null);
  if (binding === undefined) throw new Error('no device is bound');
  const response = await fetch(`${url}/api/bindings/${binding.bindingId}/end`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to: Date.now() - RETURNED_BEFORE_MS }),
  });
  if (!response.ok) throw new Error(`the hub answered ${response.status}`);
  await until('unassigned readings', VALUES_WITHIN_MS, async () => {
    const tray = await ask<ApiReading[]>(`${url}/api/unassigned`);
    return tray.length >= 2 ? tray : undefined;
  });
}

async function take(browser: Awaited<ReturnType<typeof openBrowser>>, url: string, shot: Shot, example: Example) {
  const context = await browser.newContext({
    viewport: { width: shot.width, height: 900 },
    timezoneId: 'Asia/Seoul',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await choose(page, shot.lang, shot.theme);
  await page.goto(url + shot.scene.path(example));
  await page.locator(shot.scene.ready).first().waitFor();
  await page.locator('app-connection-state [data-state=live]').waitFor();
  await page.evaluate('document.fonts.ready.then(() => true)');
  await page.waitForTimeout(SETTLE_MS);
  const picture = await page.screenshot({ animations: 'disabled' });
  await context.close();
  if (picture.length > LARGEST_BYTES) throw new Error(`${shot.file} is too large: ${picture.length} bytes`);
  writeFileSync(join(FOLDER, shot.file), picture);
  console.error(`${shot.file}  ${Math.round(picture.length / 1000)} kB`);
}

function index(): string {
  const lines = SCENES.map((scene) => {
    const links = SHOTS.filter((shot) => shot.scene === scene).map(
      ({ file, lang, theme, width }) => `[${lang}, ${theme}${width === 1440 ? '' : `, ${width} px`}](${file})`,
    );
    return `## ${scene.text}\n\n![${scene.text}](${scene.name}-ko-light.png)\n\n${links.join(' · ')}\n`;
  });
  const head = 'Taken of the demo ward by `npm run pictures`. All patients are fictional.\n';
  return `# Pictures\n\n${head}\n${lines.join('\n')}`;
}

const asked = process.argv.slice(2);
const shots = SHOTS.filter(({ scene }) => asked.length === 0 || asked.includes(scene.name));
mkdirSync(FOLDER, { recursive: true });
const hub = await startHub();
const browser = await openBrowser();
try {
  console.error('Waiting for the history and for live values ...');
  const example = await until('history and live values', HISTORY_WITHIN_MS, () => findExample(hub.url));
  await returnOneDevice(hub.url, example.patientId);
  for (const shot of shots) await take(browser, hub.url, shot, example);
  writeFileSync(join(FOLDER, 'README.md'), index());
} finally {
  await browser.close();
  await hub.stop();
  removeData(hub);
}
