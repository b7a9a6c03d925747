import { defineConfig } from '@playwright/test';
import { browser } from './browser.ts';

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../.cache/playwright',
  // The machine has two cores and every test brings a whole hub.
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['json', { outputFile: '../.cache/results/playwright.json' }]],
  use: { ...browser(), locale: 'ko-KR', timezoneId: 'Asia/Seoul', trace: 'off', actionTimeout: 15_000 },
});
