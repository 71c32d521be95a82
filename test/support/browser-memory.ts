import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const MEMORY_LOOK_MS = 250;
const MB = 1_000_000;

/** One look at the memory of a browser. */
interface MemoryLook {
  /** Of the page's scripts. */
  readonly heapMb: number;
  /** Resident, of all processes that run pages and workers; NaN where the system does not tell. */
  readonly pagesMb: number;
  /** The same of all processes of the browser, with those that speak to the network and read files. */
  readonly browserMb: number;
}

/** The most memory of a browser while something was done in it. */
export interface MemoryPeak {
  readonly heapMb: number;
  /** Of pages and workers, above what there was before. */
  readonly growthMb: number;
  /** Of the whole browser. */
  readonly browserGrowthMb: number;
  /** Mean of the last fifth of all looks against that of the second: about 0 where memory does not grow with what was passed. */
  readonly driftMb: number;
}

/** Looks at the memory of a page's browser again and again while a task runs. */
export async function watchMemory(page: Page, task: () => Promise<unknown>): Promise<MemoryPeak> {
  const looks: MemoryLook[] = [];
  const watch = { isOver: false };
  const before = await lookAt(page);
  const watching = (async () => {
    while (!watch.isOver) {
      looks.push(await lookAt(page));
      await new Promise((resolve) => void setTimeout(resolve, MEMORY_LOOK_MS));
    }
  })();
  try {
    await task();
  } finally {
    watch.isOver = true;
    await watching;
  }
  const fifth = Math.max(1, Math.floor(looks.length / 5));
  return {
    heapMb: Math.max(...looks.map(({ heapMb }) => heapMb)),
    growthMb: Math.max(...looks.map(({ pagesMb }) => pagesMb)) - before.pagesMb,
    browserGrowthMb: Math.max(...looks.map(({ browserMb }) => browserMb)) - before.browserMb,
    driftMb: mean(looks.slice(-fifth)) - mean(looks.slice(fifth, 2 * fifth)),
  };
}

async function lookAt(page: Page): Promise<MemoryLook> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('what a page is in has a browser');
  const [ofPage, ofBrowser] = [await page.context().newCDPSession(page), await browser.newBrowserCDPSession()];
  await ofPage.send('Performance.enable');
  const { metrics } = await ofPage.send('Performance.getMetrics');
  const { processInfo } = await ofBrowser.send('SystemInfo.getProcessInfo');
  await Promise.all([ofPage.detach(), ofBrowser.detach()]);
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN;
  const resident = processInfo.map(({ type, id }) => ({ type, mb: residentMb(id) }));
  const pages = resident.filter(({ type }) => type === 'renderer');
  return { heapMb: heap / MB, pagesMb: sumOf(pages), browserMb: sumOf(resident) };
}

/** Source: proc(5). */
function residentMb(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN;
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return (Number(kib ?? 0) * 1024) / MB;
  } catch (failure) {
    // It has ended since it was told of.
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return 0;
    throw failure;
  }
}

function sumOf(processes: readonly { readonly mb: number }[]): number {
  return processes.reduce((sum, { mb }) => sum + mb, 0);
}

function mean(looks: readonly MemoryLook[]): number {
  return looks.reduce((sum, { pagesMb }) => sum + pagesMb, 0) / Math.max(1, looks.length);
}
