import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { watchMemory } from '../test/support/browser-memory.ts';
import { launchChromium } from '../test/support/launch-chromium.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import { askProbe, openFiles, signUp, withFile } from './browser/bench-browser.ts';
import { LOOPBACK_AT_ONCE, PASSAGE_ROUNDS, READ_BYTES, SENT_BYTES } from './browser/limits.ts';
import type { ReadingWay, SentBody } from './browser/probe-results.ts';
import { openWebOrigin, type WebOrigin } from './browser/web-origin.ts';
import { type S3Stub, startS3Stub } from './s3-stub.ts';

const READING_WAYS: readonly ReadingWay[] = [
  'as uploads do',
  'by arrayBuffer()',
  'by stream() into memory that is used again',
  'by arrayBuffer(), freed by transfer(0)',
];
const BODIES: Readonly<Record<SentBody, string>> = {
  part: 'parts of a file',
  blob: 'blobs of bytes that were read',
  bytes: 'bytes that were read',
};

interface WaysBench {
  readonly context: BenchContext;
  readonly origin: WebOrigin;
  readonly stub: S3Stub;
  readonly directory: string;
}

/** What do the ways take in which a browser can read files, and send bytes? Why uploads do both as they do: decision 0137. */
export async function benchBrowserWays(context: BenchContext): Promise<BenchResult> {
  const stub = await startS3Stub();
  const origin = await openWebOrigin(stub, context.log);
  const bench = { context, origin, stub, directory: await context.makeDirectory('browser-ways') };
  try {
    const figures = [...(await measureReading(bench)), ...(await measureSending(bench))];
    const note =
      'each way of reading in a browser of its own, pieces of 2 MiB, two at once, hashed by Web Crypto; medians';
    return { question: 'What do ways of reading and sending files take in a browser?', figures, note };
  } finally {
    origin.stop();
    stub.stop();
  }
}

async function measureReading({ context, origin, directory }: WaysBench): Promise<readonly Figure[]> {
  const bytes = context.scaled(READ_BYTES);
  const [growthMb, megabytesPerSecond] = [emptyFigures(), emptyFigures()];
  await withFile(join(directory, 'read.bin'), bytes, async (path) => {
    for (let round = 0; round < context.rounds(PASSAGE_ROUNDS); round++) {
      for (const way of READING_WAYS) {
        context.log(`  ${way} …`);
        const read = await inBrowser((browser) => readOnce(browser, origin, { way, path }));
        growthMb[way].push(read.growthMb);
        megabytesPerSecond[way].push(read.megabytesPerSecond);
      }
    }
  });
  const own = median(megabytesPerSecond['as uploads do']);
  return READING_WAYS.flatMap((way) => [
    { name: `read ${way}: memory of pages and workers, above before`, value: median(growthMb[way]), unit: 'MB' },
    { name: `read ${way}: speed, against that of uploads`, value: median(megabytesPerSecond[way]) / own, unit: '×' },
  ]);
}

function emptyFigures(): Record<ReadingWay, number[]> {
  return Object.fromEntries(READING_WAYS.map((way): [ReadingWay, number[]] => [way, []])) as Record<
    ReadingWay,
    number[]
  >;
}

async function inBrowser<T>(task: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launchChromium();
  try {
    return await task(browser);
  } finally {
    await browser.close();
  }
}

let people = 0;

async function readOnce(
  browser: Browser,
  origin: WebOrigin,
  { way, path }: { readonly way: ReadingWay; readonly path: string },
): Promise<{ readonly growthMb: number; readonly megabytesPerSecond: number }> {
  people += 1;
  const page = await openFiles(await signUp(browser, origin, `reader-${people}`));
  await page.locator('#bench-file').setInputFiles(path);
  let [bytes, ms] = [0, 0];
  const { growthMb } = await watchMemory(page, async () => {
    ({ bytes, ms } = await askProbe(page, { name: 'read-file', way }));
  });
  return { growthMb, megabytesPerSecond: bytes / 1000 / ms };
}

async function measureSending({ context, origin, stub, directory }: WaysBench): Promise<readonly Figure[]> {
  const speeds: Record<SentBody, number[]> = { part: [], blob: [], bytes: [] };
  await withFile(join(directory, 'sent.bin'), context.scaled(SENT_BYTES), (path) =>
    inBrowser(async (browser) => {
      const page = await openFiles(await signUp(browser, origin, 'sender'));
      await page.locator('#bench-file').setInputFiles(path);
      for (let round = 0; round < context.rounds(PASSAGE_ROUNDS); round++) {
        for (const body of ['part', 'blob', 'bytes'] as const) {
          context.log(`  ${BODIES[body]} …`);
          const url = `${stub.url}/loopback/${body}-${round}`;
          const { bytes, ms } = await askProbe(page, { name: 'put', url, atOnce: LOOPBACK_AT_ONCE, body });
          speeds[body].push(bytes / 1000 / ms);
        }
        await stub.clear();
      }
    }),
  );
  const parts = median(speeds.part);
  return (['part', 'blob', 'bytes'] as const).flatMap((body) => [
    { name: `sent as ${BODIES[body]}`, value: median(speeds[body]), unit: 'MB/s' },
    { name: `sent as ${BODIES[body]}, against parts of a file`, value: median(speeds[body]) / parts, unit: '×' },
  ]);
}
