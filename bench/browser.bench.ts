import { loadavg } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { KiB } from '@syncline/protocol';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { watchMemory } from '../test/support/browser-memory.ts';
import { launchChromium } from '../test/support/launch-chromium.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, median, percentile } from './bench-report.ts';
import {
  askProbe,
  contentPathOf,
  openFiles,
  signUp,
  uploadByApp,
  withFile,
  withFiles,
} from './browser/bench-browser.ts';
import { answerLargeFolder } from './browser/large-folder.ts';
import {
  DRAWN_ROWS,
  GROWTH_MB_MAX,
  HEAP_MB_MAX,
  LONG_FRAME_MS,
  LOOPBACK_AT_ONCE,
  MEMORY_PASSAGE_BYTES,
  PASSAGE_BYTES,
  PASSAGE_ROUNDS,
  SCRIPT_KB_MAX,
  SCROLL_ENTRIES,
  SCROLL_FRAMES,
  SCROLL_STEPS,
  SMALL_FILE_BYTES,
  SMALL_FILES,
  START_ENTRIES,
  START_ROUNDS,
} from './browser/limits.ts';
import { measureWork } from './browser/page-work.ts';
import type { Passed } from './browser/probe-results.ts';
import { openWebOrigin, type WebOrigin } from './browser/web-origin.ts';
import { type S3Stub, startS3Stub } from './s3-stub.ts';

const MB = 1_000_000;

interface BrowserBench {
  readonly context: BenchContext;
  readonly browser: Browser;
  readonly origin: WebOrigin;
  readonly stub: S3Stub;
  readonly directory: string;
}

/** How fast does the web app start, scroll, send and receive in a browser, and how much memory does it take? */
export async function benchBrowser(context: BenchContext): Promise<BenchResult> {
  const stub = await startS3Stub();
  const origin = await openWebOrigin(stub, context.log);
  const browser = await launchChromium();
  const bench = { context, browser, origin, stub, directory: await context.makeDirectory('browser') };
  const loadBefore = loadavg()[0] ?? Number.NaN;
  try {
    const parts = [measureStart, measureScrolling, measureHashing, measurePassages, measureMemory];
    const figures: Figure[] = [];
    for (const part of parts) {
      context.log(`  ${part.name} …`);
      figures.push(...(await part(bench)));
    }
    const load = `the machine's load was ${loadBefore.toFixed(1)} before and ${(loadavg()[0] ?? Number.NaN).toFixed(1)} after`;
    const note = `Chromium ${browser.version()} without a window, the real handlers over memory stores, and a store in memory that verifies checksums, all on this machine; medians; ${load}`;
    return { question: 'How fast is the web app in a browser, and how much memory does it take?', figures, note };
  } finally {
    await browser.close();
    origin.stop();
    stub.stop();
  }
}

/** From the beginning of the navigation, without anything in a cache, and then as the service worker answers it. */
async function measureStart({ context, browser, origin }: BrowserBench): Promise<readonly Figure[]> {
  const profile = await signUp(browser, origin, 'start');
  await answerLargeFolder(profile, START_ENTRIES);
  const state = await profile.storageState({ indexedDB: true });
  const [cold, warm]: [Started[], Started[]] = [[], []];
  for (let round = 0; round < context.rounds(START_ROUNDS); round++) {
    const fresh = await browser.newContext({ baseURL: origin.url, locale: 'en-GB', storageState: state });
    await answerLargeFolder(fresh, START_ENTRIES);
    cold.push(await startOnce(fresh));
    await fresh.close();
    warm.push(await startOnce(profile));
  }
  await profile.close();
  const scripts = new Set(cold.flatMap((start) => start.scripts));
  let [kb, gzipKb] = [0, 0];
  for (const script of scripts) {
    const bytes = Buffer.from(await (await fetch(script)).arrayBuffer());
    kb += bytes.length / 1000;
    gzipKb += gzipSync(bytes).length / 1000;
  }
  const figuresOf = (name: string, starts: readonly Started[]): readonly Figure[] => [
    { name: `first contentful paint, ${name}`, value: median(starts.map((one) => one.firstPaintMs)), unit: 'ms' },
    {
      name: `list of ${START_ENTRIES} files interactive, ${name}`,
      value: median(starts.map((one) => one.interactiveMs)),
      unit: 'ms',
    },
  ];
  return [
    ...figuresOf('first visit', cold),
    ...figuresOf('later visit', warm),
    { name: 'scripts until the list is there', value: kb, unit: 'KB' },
    { name: 'scripts until the list is there, compressed', value: gzipKb, unit: 'KB', aim: { most: SCRIPT_KB_MAX } },
  ];
}

type Started = Awaited<ReturnType<typeof startOnce>>;

async function startOnce(profile: BrowserContext) {
  const page = await profile.newPage();
  await page.goto('/');
  const started = await askProbe(page, { name: 'start', rows: DRAWN_ROWS });
  await page.close();
  return started;
}

async function measureScrolling({ browser, origin }: BrowserBench): Promise<readonly Figure[]> {
  const profile = await signUp(browser, origin, 'scroll');
  await answerLargeFolder(profile, SCROLL_ENTRIES);
  const page = await openFiles(profile);
  await page.getByText(`${SCROLL_ENTRIES} items`).waitFor();
  const figures: Figure[] = [];
  for (const [name, step] of [['at rest', 0], ...Object.entries(SCROLL_STEPS)] as const) {
    const scroll = () => askProbe(page, { name: 'scroll', frames: SCROLL_FRAMES, step });
    const { result, workMs } = await measureWork(page, scroll);
    const { framesMs } = result;
    const what = name === 'at rest' ? name : `scrolled ${step} px a frame`;
    const long = framesMs.filter((ms) => ms > LONG_FRAME_MS).length;
    figures.push(
      { name: `frame, ${SCROLL_ENTRIES} entries, ${what}: p50`, value: percentile(framesMs, 0.5), unit: 'ms' },
      { name: `frame, ${SCROLL_ENTRIES} entries, ${what}: p95`, value: percentile(framesMs, 0.95), unit: 'ms' },
      { name: `frames over ${LONG_FRAME_MS} ms, ${what}, of ${SCROLL_FRAMES}`, value: long, unit: '' },
      { name: `work of the page for a frame, ${what}, mean`, value: workMs / SCROLL_FRAMES, unit: 'ms' },
    );
  }
  await profile.close();
  return figures;
}

async function measureHashing({ context, browser, origin, directory }: BrowserBench): Promise<readonly Figure[]> {
  const profile = await signUp(browser, origin, 'hash');
  const page = await openFiles(profile);
  const bytes = context.scaled(PASSAGE_BYTES);
  return withFile(join(directory, 'hashed.bin'), bytes, async (path) => {
    await page.locator('#bench-file').setInputFiles(path);
    const [cut, digest]: [number[], number[]] = [[], []];
    for (let round = 0; round < context.rounds(PASSAGE_ROUNDS); round++) {
      cut.push(speedOf(await askProbe(page, { name: 'hash', way: 'cut' })));
      digest.push(speedOf(await askProbe(page, { name: 'hash', way: 'digest' })));
    }
    await profile.close();
    return [
      { name: 'chunks cut and hashed in a worker', value: median(cut), unit: 'MB/s' },
      { name: 'the same bytes only hashed by Web Crypto', value: median(digest), unit: 'MB/s' },
      { name: 'cut and hashed, against only hashed', value: median(cut) / median(digest), unit: '×' },
    ];
  });
}

/** Uploads and downloads in turns with plain requests of the same bytes to the same store. */
async function measurePassages({
  context,
  browser,
  origin,
  stub,
  directory,
}: BrowserBench): Promise<readonly Figure[]> {
  const profile = await signUp(browser, origin, 'pass');
  const page = await openFiles(profile);
  const bytes = context.scaled(PASSAGE_BYTES);
  const speeds: Record<'up' | 'plainUp' | 'down' | 'plainDown', number[]> = {
    up: [],
    plainUp: [],
    down: [],
    plainDown: [],
  };
  for (let round = 0; round < context.rounds(PASSAGE_ROUNDS); round++) {
    const name = `passed ${round}.bin`;
    await withFile(join(directory, name), bytes, async (path) => {
      await page.locator('#bench-file').setInputFiles(path);
      const url = `${stub.url}/loopback/${round}`;
      speeds.plainUp.push(speedOf(await askProbe(page, { name: 'put', url, atOnce: LOOPBACK_AT_ONCE, body: 'part' })));
      speeds.up.push(speedOf({ bytes, ms: await uploadByApp(page, [path]) }));
    });
    const reader = await openFiles(profile);
    const urls = Array.from(
      { length: Math.ceil(bytes / 4_194_304) },
      (_, index) => `${stub.url}/loopback/${round}/${index * 4_194_304}`,
    );
    speeds.plainDown.push(speedOf(await askProbe(reader, { name: 'get', urls, atOnce: LOOPBACK_AT_ONCE })));
    speeds.down.push(
      speedOf(await askProbe(reader, { name: 'read', path: `${await contentPathOf(origin, 'pass', name)}?download` })),
    );
    await reader.close();
    await stub.clear();
  }
  await profile.close();
  return [...compare('upload', speeds.up, speeds.plainUp), ...compare('download', speeds.down, speeds.plainDown)];
}

function compare(what: string, own: readonly number[], plain: readonly number[]): readonly Figure[] {
  return [
    { name: `${what} by the app`, value: median(own), unit: 'MB/s' },
    { name: `${what} by plain requests, ${LOOPBACK_AT_ONCE} at once`, value: median(plain), unit: 'MB/s' },
    { name: `${what} by the app, against plain requests`, value: median(own) / median(plain), unit: '×' },
  ];
}

async function measureMemory(bench: BrowserBench): Promise<readonly Figure[]> {
  const { context, browser, origin, stub, directory } = bench;
  const profile = await signUp(browser, origin, 'memory');
  const state = await profile.storageState({ indexedDB: true });
  const page = await openFiles(profile);
  const bytes = context.scaled(MEMORY_PASSAGE_BYTES);
  const passed = `${(bytes / 2 ** 30).toPrecision(2)} GiB`;
  const up = await withFile(join(directory, 'large.bin'), bytes, (path) =>
    watchMemory(page, () => uploadByApp(page, [path])),
  );
  await profile.close();
  const small = await measureSmallFiles(bench);
  // Of its own: memory that the upload has left would hide what a download takes.
  const reader = await browser.newContext({ baseURL: origin.url, locale: 'en-GB', storageState: state });
  const first = await openFiles(reader);
  await first.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  await first.close();
  const list = await openFiles(reader);
  const down = await watchMemory(list, () => saveByApp(list, 'large.bin'));
  await reader.close();
  await stub.clear();
  return [
    ...describeMemory(`upload of ${passed}`, up),
    ...small,
    ...describeMemory(`download of ${passed} to the disk`, down),
  ];
}

/** Files that travel in packs: their bytes are put together by scripts. */
async function measureSmallFiles({ context, browser, origin, directory }: BrowserBench): Promise<readonly Figure[]> {
  const profile = await signUp(browser, origin, 'small');
  const page = await openFiles(profile);
  const names = Array.from({ length: context.scaled(SMALL_FILES) }, (_, index) => `small ${index}.bin`);
  const memory = await withFiles({ directory, names, bytes: SMALL_FILE_BYTES }, (paths) =>
    watchMemory(page, () => uploadByApp(page, paths)),
  );
  await profile.close();
  return describeMemory(`upload of ${names.length} files of ${SMALL_FILE_BYTES / KiB} KiB`, memory);
}

/** To the disk, as a person does. */
async function saveByApp(page: Page, name: string): Promise<void> {
  await page
    .getByRole('row')
    .filter({ hasText: name })
    .click({ position: { x: 400, y: 10 } });
  await page.getByRole('button', { name: 'More actions' }).click();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download' }).click(),
  ]);
  await saved.path();
  await saved.delete();
}

function describeMemory(
  what: string,
  { heapMb, growthMb, browserGrowthMb, driftMb }: Awaited<ReturnType<typeof watchMemory>>,
): readonly Figure[] {
  return [
    { name: `${what}: heap of the page, at most`, value: heapMb, unit: 'MB', aim: { most: HEAP_MB_MAX } },
    {
      name: `${what}: memory of all pages and workers, above before`,
      value: growthMb,
      unit: 'MB',
      aim: { most: GROWTH_MB_MAX },
    },
    { name: `${what}: memory of the whole browser, above before`, value: browserGrowthMb, unit: 'MB' },
    { name: `${what}: pages and workers, from its second fifth to its last`, value: driftMb, unit: 'MB' },
  ];
}

function speedOf({ bytes, ms }: Passed): number {
  return bytes / MB / (ms / 1000);
}
