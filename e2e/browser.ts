// The Chromium that is there: the system's, Playwright's, or the one named by CHROMIUM_PATH.
import { chromium, type LaunchOptions } from '@playwright/test';
import { accessSync, constants } from 'node:fs';

const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

function executable(path: string | undefined): path is string {
  if (path === undefined || path === '') return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function browser(): { launchOptions: LaunchOptions } {
  const args = process.getuid?.() === 0 ? [...QUIET, '--no-sandbox'] : QUIET;
  const own = chromium.executablePath();
  const candidates = [
    process.env['CHROMIUM_PATH'],
    own,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const path = candidates.find(executable);
  if (path === undefined) {
    throw new Error(
      'No Chromium found: run "npx playwright install chromium", install the system package "chromium", or set CHROMIUM_PATH.',
    );
  }
  return { launchOptions: { args, ...(path === own ? {} : { executablePath: path }) } };
}

/** A running Chromium, for tools that look at pages outside a test. */
export const openBrowser = () => chromium.launch(browser().launchOptions);
