// What holds on every page, in both languages and both themes, on the running demo ward.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { choose, guard } from './support/page-guard.ts';
import { removeData, startHub, type RunningHub } from './support/hub.ts';

const LANGS = ['ko', 'en'] as const;
const THEMES = ['light', 'dark'] as const;
const WIDTHS = [1440, 768, 320] as const;
const PAGES = ['worklist', 'patient', 'unassigned', 'devices'] as const;

let hub: RunningHub;
let patientPath = '';

test.beforeAll(async () => {
  test.setTimeout(180_000);
  hub = await startHub(['--speed', '2000', '--no-history']);
  await expect.poll(() => newestReadings(), { timeout: 60_000 }).toBeGreaterThan(10);
});

test.afterAll(async () => {
  await hub.stop();
  removeData(hub);
});

/** How many patients' metrics have a newest value; remembers the patient with most of them. */
async function newestReadings(): Promise<number> {
  const worklist = (await (await fetch(`${hub.url}/api/worklist`)).json()) as {
    rows: { patient: { patientId: string }; latest: unknown[] }[];
  };
  const rows = worklist.rows.toSorted((a, b) => b.latest.length - a.latest.length);
  patientPath = `/patients/${rows[0]?.patient.patientId ?? ''}`;
  return rows.reduce((sum, row) => sum + row.latest.length, 0);
}

const pathOf = (page: (typeof PAGES)[number]): string => (page === 'patient' ? patientPath : `/${page}`);

async function open(page: Page, path: string): Promise<void> {
  await page.goto(hub.url + path);
  await expect(page.locator('h1')).toHaveCount(1);
  await expect(page.locator('h1')).not.toBeEmpty();
  await page.evaluate(() => document.fonts.ready);
}

for (const name of PAGES) {
  for (const lang of LANGS) {
    for (const theme of THEMES) {
      test(`${name} is sound in ${lang}, ${theme}`, async ({ page }) => {
        const watch = guard(page, hub.url);
        await choose(page, lang, theme);
        await page.setViewportSize({ width: 1440, height: 900 });
        await open(page, pathOf(name));
        expect(await page.evaluate(() => document.documentElement.lang)).toBe(lang);
        expect(await page.title()).not.toBe('');
        const text = await page.locator('body').innerText();
        expect(text).not.toMatch(/\{\{|undefined|NaN|Invalid Date|\[object/);
        if (lang === 'ko')
          expect(await page.evaluate(() => document.fonts.check('14px "Pretendard Variable"', '가'))).toBe(true);
        const axe = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
          .analyze();
        expect(axe.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
        expect(axe.passes.length).toBeGreaterThan(5);
        watch.expectClean();
      });
    }
  }
}

for (const name of PAGES) {
  test(`${name} does not scroll sideways at any width`, async ({ page }) => {
    await choose(page, 'ko', 'light');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await open(page, pathOf(name));
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, `${width} px`).toBeLessThanOrEqual(0);
    }
  });
}

test('a number shows its bytes, and the arrow keys go through its fields', async ({ page }) => {
  const watch = guard(page, hub.url);
  await choose(page, 'en', 'light');
  await open(page, patientPath);
  const row = page.locator('app-readings-table tbody tr').filter({ hasText: 'Blood pressure' }).first();
  await row.getByRole('button').click();
  const drawer = page.locator('app-explain-drawer');
  await expect(drawer).toContainText('0x2A35');
  const bytes = drawer.locator('.bytes');
  expect(await bytes.getByRole('button').count()).toBeGreaterThanOrEqual(7);
  await bytes.focus();
  await page.keyboard.press('ArrowRight');
  await expect(bytes.locator('button.on').first()).toBeVisible();
  await expect(drawer.locator('tr.on')).toHaveCount(1);
  watch.expectClean();
});

test('switching the language changes the page without a reload', async ({ page }) => {
  await choose(page, 'ko', 'light');
  await open(page, '/worklist');
  await page.evaluate(() => Object.assign(window, { mark: true }));
  const before = await page.locator('h1').innerText();
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.locator('h1')).not.toHaveText(before);
  expect(await page.evaluate(() => 'mark' in window)).toBe(true);
});

test('a reading can be set aside with a reason, and taken back', async ({ page }) => {
  const watch = guard(page, hub.url);
  await choose(page, 'en', 'light');
  await open(page, patientPath);
  const table = page.locator('app-readings-table');
  const drawer = page.locator('app-explain-drawer');
  await table.locator('tbody tr').filter({ hasText: 'Blood pressure' }).last().getByRole('button').click();
  await drawer.getByRole('button', { name: 'Set aside' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('the cuff was loose');
  await dialog.getByRole('button', { name: 'Set aside' }).click();
  const aside = table.locator('tr.aside');
  await expect(aside).toHaveCount(1);
  await expect(aside).toContainText('the cuff was loose');

  await drawer.getByRole('button', { name: 'Restore' }).click();
  await dialog.getByRole('textbox').fill('it was another one');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await expect(aside).toHaveCount(0);
  watch.expectClean();
});

test('a reading is entered by hand, marked as such, and its correction keeps the old number', async ({ page }) => {
  const watch = guard(page, hub.url);
  await choose(page, 'en', 'light');
  await open(page, patientPath);
  const table = page.locator('app-readings-table');
  const drawer = page.locator('app-explain-drawer');
  const dialog = page.getByRole('dialog');
  await table.getByRole('button', { name: 'Enter a reading' }).click();
  await dialog.getByLabel('Systolic').fill('79');
  await dialog.getByLabel('Diastolic').fill('131');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toContainText('Systolic must be above diastolic');
  await expect(dialog.getByLabel('Diastolic')).toBeFocused();
  const axe = await new AxeBuilder({ page }).include('dialog').analyze();
  expect(axe.violations.map((v) => v.id)).toEqual([]);
  await dialog.getByLabel('Systolic').fill('131');
  await dialog.getByLabel('Diastolic').fill('79');
  await dialog.getByRole('button', { name: 'Save' }).click();
  const row = table.locator('tbody tr').filter({ hasText: 'Manual entry' });
  await expect(row).toContainText('131/79');

  await row.getByRole('button').click();
  await drawer.getByRole('button', { name: 'Correct' }).click();
  await dialog.getByLabel('Systolic').fill('113');
  await dialog.getByLabel('Reason').fill('two digits changed places');
  await dialog.getByRole('button', { name: 'Save correction' }).click();
  await expect(drawer.locator('s')).toHaveText('131/79 mmHg');
  await expect(drawer).toContainText('two digits changed places');
  await expect(row).toContainText('113/79');
  watch.expectClean();
});

// Last: the hub is stopped in the middle.
test('a cut stream is said, and its return fills in what was missed', async ({ page }) => {
  await choose(page, 'en', 'light');
  await open(page, '/worklist');
  const state = page.locator('app-connection-state [data-state]');
  await expect(state).toHaveAttribute('data-state', 'live');
  process.kill(hub.pidOf('backend'), 'SIGSTOP');
  await expect(state).toHaveAttribute('data-state', 'lost', { timeout: 60_000 });
  process.kill(hub.pidOf('backend'), 'SIGCONT');
  await expect(state).toHaveAttribute('data-state', 'live', { timeout: 60_000 });
});
