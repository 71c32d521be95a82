import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './launch-chromium.ts';
import { sharedStack } from './shared-stack.ts';

/** For whatever a page has to come to. Nothing waits that long unless it fails. */
const WAIT_MS_MAX = 45_000;

export interface TestBrowser {
  /** A profile of its own, as on another computer: no cookies, no stored data. Closed after the test. */
  newProfile(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Opens the app at a path, in a new profile unless one is given, and waits until something is drawn. */
  openApp(path?: string, profile?: BrowserContext): Promise<Page>;
  /** Lets complaints that match pass, in this test: what the browser says when it is taken offline, for example. */
  allow(complaint: RegExp): void;
}

/**
 * One browser for the test file that calls this. A test fails when a page that it opened wrote an error to the console, threw, or met the
 * Content-Security-Policy. Refusals of the API (4xx), which the browser notes there too, are no errors.
 */
export function useBrowser(): TestBrowser {
  let browser: Browser;
  const profiles: BrowserContext[] = [];
  let complaints: string[] = [];
  let allowed: RegExp[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const profile of profiles.splice(0)) await profile.close();
    const unexpected = complaints.filter((complaint) => !allowed.some((pattern) => pattern.test(complaint)));
    complaints = [];
    allowed = [];
    expect(unexpected).toEqual([]);
  });

  const newProfile = async (options: BrowserContextOptions = {}): Promise<BrowserContext> => {
    const profile = await browser.newContext({ baseURL: webUrl(), locale: 'en-GB', timezoneId: 'UTC', ...options });
    profile.setDefaultTimeout(WAIT_MS_MAX);
    profiles.push(profile);
    watchComplaints(profile, (complaint) => complaints.push(complaint));
    return profile;
  };
  return {
    newProfile,
    openApp: async (path, profile) => {
      const page = await (profile ?? (await newProfile())).newPage();
      // From the start, because a key reaches the page by another way than the word that its choosers are a test's, and may be there first.
      page.on('filechooser', () => undefined);
      await page.goto(path ?? '/');
      await page.locator('#root > *').first().waitFor();
      return page;
    },
    allow: (complaint) => {
      allowed.push(complaint);
    },
  };
}

/** Of the shared stack, without a slash at its end. */
export function webUrl(): string {
  const url = sharedStack().webUrl;
  if (url === undefined) throw new Error('browser tests need a stack that serves the web app');
  return url;
}

const REFUSAL = /^Failed to load resource: the server responded with a status of 4\d\d/;

function watchComplaints(profile: BrowserContext, complain: (complaint: string) => void): void {
  profile.on('console', (message) => {
    const { url } = message.location();
    const isRefusal = REFUSAL.test(message.text()) && (url.startsWith(`${webUrl()}/v1/`) || !url.startsWith(webUrl()));
    if (message.type() === 'error' && !isRefusal) complain(`${message.text()} (${url})`);
  });
  profile.on('weberror', (error) => complain(error.error().stack ?? error.error().message));
  profile.on('serviceworker', (worker) => {
    worker.on('console', (message) => {
      if (message.type() === 'error' && !REFUSAL.test(message.text())) complain(`service worker: ${message.text()}`);
    });
  });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Fails with a line for each place that breaks WCAG 2.2 AA, or what axe-core holds for good practice. The rules run through the browser's
 * debugger, so that the Content-Security-Policy of the page stays as it is.
 */
export async function expectNoAxeViolations(page: Page, within = 'html'): Promise<void> {
  const session = await page.context().newCDPSession(page);
  try {
    const isThere = await page.evaluate(() => Object.hasOwn(globalThis, 'axe'));
    if (!isThere) await session.send('Runtime.evaluate', { expression: axeSource });
    const options: RunOptions = { preload: false, resultTypes: ['violations'] };
    const expression = `axe.run(${JSON.stringify(within)}, ${JSON.stringify(options)})`;
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    expect(exceptionDetails).toBeUndefined();
    const { violations } = result.value as AxeResults;
    const places = violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, html }) => `${id}: ${help}: ${target.join(' ')}: ${html.slice(0, 200)}`),
    );
    expect(places).toEqual([]);
  } finally {
    await session.detach();
  }
}
