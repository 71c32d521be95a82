/**
 * `npm run screenshots`: shows the main views of the app in docs/screenshots, over a local stack with content of its own. `-- --only NAME`,
 * which can be repeated, takes some of them, `-- --form phone` one form of each; `-- --memory` takes them over memory stores, in a minute and without search: for while one works on a view.
 */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openWebOrigin } from '../../../bench/browser/web-origin.ts';
import { startS3Stub } from '../../../bench/s3-stub.ts';
import { startLocalStack } from '../../../emulator/local-stack.ts';
import { PASSWORD } from '../../support/api-device.ts';
import { launchChromium } from '../../support/launch-chromium.ts';
import { type DemoAccount, makeDemoContent } from './demo-content.ts';
import { VIEWS, type View } from './views.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'docs', 'screenshots');
/** All of them together. */
const BYTES_MAX = 2_000_000;
const QUALITY = 0.8;
/** Longest wait until a page asks for nothing any more. */
const QUIET_MS_MAX = 2500;

/** In which each view is taken. */
const FORMS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  phone: {
    colorScheme: 'light',
    viewport: { width: 390, height: 760 },
    isMobile: true,
    hasTouch: true,
    deviceScaleFactor: 2,
  },
};

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    form: { type: 'string', multiple: true },
    memory: { type: 'boolean', default: false },
  },
});
const directory = await mkdtemp(join(tmpdir(), 'syncline-screenshots-'));
try {
  await takeAll();
} finally {
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
}

async function takeAll(): Promise<void> {
  const place = await (options.memory ? openInMemory() : openStack());
  const browser = await launchChromium();
  try {
    const studio = await browser.newPage();
    const account = await makeDemoContent(place.webUrl, studio);
    await mkdir(FOLDER, { recursive: true });
    for (const [form, look] of Object.entries(FORMS).filter(([name]) => options.form?.includes(name) ?? true)) {
      await takeForm({ browser, studio, account, webUrl: place.webUrl }, form, look);
    }
    await describe();
  } finally {
    await browser.close();
    await place.stop();
  }
}

interface Place {
  readonly webUrl: string;
  readonly stop: () => Promise<unknown>;
}

async function openStack(): Promise<Place> {
  const stack = await startLocalStack({ port: 0, webPort: 0, dataDir: directory, isPersistent: false, log });
  const { webUrl } = stack.outputs;
  if (webUrl === undefined) throw new Error('the stack serves no web app');
  return { webUrl, stop: () => stack.stop() };
}

async function openInMemory(): Promise<Place> {
  const stub = await startS3Stub();
  const origin = await openWebOrigin(stub, log);
  return {
    webUrl: origin.url,
    stop: async () => {
      origin.stop();
      stub.stop();
    },
  };
}

function log(line: string): void {
  console.log(line);
}

interface Studio {
  readonly browser: Browser;
  /** A page that compresses pictures. */
  readonly studio: Page;
  readonly account: DemoAccount;
  readonly webUrl: string;
}

async function takeForm(
  { browser, studio, account, webUrl }: Studio,
  form: string,
  look: BrowserContextOptions,
): Promise<void> {
  // As a person's browser calls itself, which has a window.
  const userAgent = (await studio.evaluate(() => navigator.userAgent)).replace('Headless', '');
  const settings = {
    ...look,
    userAgent,
    baseURL: webUrl,
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce' as const,
  };
  const [profile, stranger] = [await browser.newContext(settings), await browser.newContext(settings)];
  await signIn(await profile.newPage(), account);
  for (const view of VIEWS.filter(({ name }) => options.only?.includes(name) ?? true)) {
    const page = await (view.isPublic === true ? stranger : profile).newPage();
    await take({ page, studio, account }, view, join(FOLDER, `${view.name}-${form}.webp`));
    await page.close();
  }
  await profile.close();
  await stranger.close();
}

async function signIn(page: Page, { email }: DemoAccount): Promise<void> {
  await page.goto('/');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Weekly notes.md').waitFor();
}

async function take(
  { page, studio, account }: Pick<Studio, 'studio' | 'account'> & { readonly page: Page },
  view: View,
  file: string,
): Promise<void> {
  try {
    await page.goto(view.path(account));
    await view.show(page);
    // Pictures in sight, and what was asked for beside the page itself. A long-poll can go on for much longer.
    await page.waitForLoadState('networkidle', { timeout: QUIET_MS_MAX }).catch(() => undefined);
  } catch (failure) {
    // Shown all the same: the picture says best what is wrong.
    console.error(`${view.name}: ${String(failure).split('\n', 1)[0]}`);
    process.exitCode = 1;
  }
  const png = await page.screenshot({ caret: 'hide' });
  const url = await studio.evaluate(compress, { png: png.toString('base64'), quality: QUALITY });
  await writeFile(file, Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
}

/** Runs in a page: a PNG as a WebP. */
async function compress({ png, quality }: { readonly png: string; readonly quality: number }): Promise<string> {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext('2d', { alpha: false })?.drawImage(image, 0, 0);
  return canvas.toDataURL('image/webp', quality);
}

async function describe(): Promise<void> {
  const files = await readdir(FOLDER);
  let bytes = 0;
  for (const name of files) bytes += (await stat(join(FOLDER, name))).size;
  console.log(`${files.length} pictures, ${Math.round(bytes / 1000)} kB, in docs/screenshots`);
  if (bytes > BYTES_MAX) throw new Error(`the pictures are larger than ${BYTES_MAX} bytes together`);
}
