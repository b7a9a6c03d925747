// Watches a page for what must never happen on any page: see `expectClean`.
import { expect, type Page } from '@playwright/test';

export interface PageGuard {
  expectClean(): void;
}

/** Requests to another origin, failed requests, console errors, CSP and Trusted Types reports. */
export function guard(page: Page, origin: string): PageGuard {
  const trouble: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' || /Content Security Policy|Trusted Type/i.test(text))
      trouble.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, origin: other } = new URL(request.url());
    if (protocol.startsWith('http') && other !== origin) trouble.push(`foreign request: ${other}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  return { expectClean: () => expect(trouble).toEqual([]) };
}

/** Sets what a person would have chosen, before the page's own code runs. */
export async function choose(page: Page, lang: 'ko' | 'en', theme: 'light' | 'dark'): Promise<void> {
  await page.addInitScript(
    ([l, t]) => {
      localStorage.setItem('gaya.lang', l);
      localStorage.setItem('gaya.theme', t);
    },
    [lang, theme] as const,
  );
}
