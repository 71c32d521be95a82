import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { signUpInBrowser } from '../support/app-in-browser.ts';
import { expectNoAxeViolations, useBrowser } from '../support/browser.ts';

const browser = useBrowser();
const ENTRIES = 100_000;
/** Compressed, of all scripts until a list is there, workers with them. */
const SCRIPT_BYTES_MAX = 190_000;

/**
 * Answers listings inside of the page, in the service's stead: making so many entries takes the local stack minutes, and only the list is
 * looked at here.
 */
async function answerLargeFolder(page: Page): Promise<void> {
  await page.addInitScript((entries) => {
    const ask = globalThis.fetch;
    const id = (index: number) => String(index + 1).padStart(26, '0');
    globalThis.fetch = (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input, location.href);
      if (!url.pathname.endsWith('/children')) return ask(input, init);
      const namespaceId = url.searchParams.get('namespaceId');
      const from = Number(url.searchParams.get('page') ?? 0);
      const nodes = Array.from({ length: 1000 }, (_, offset) => ({
        namespaceId,
        nodeId: id(from + offset),
        parentId: namespaceId,
        name: `file ${from + offset}.txt`,
        kind: 'file',
        rev: 1,
        contentRev: 1,
        placeRev: 1,
        size: from + offset,
        modifiedAt: '2026-01-01T00:00:00.000Z',
      }));
      const next = from + nodes.length;
      return Promise.resolve(Response.json({ nodes, ...(next < entries ? { nextPage: String(next) } : {}) }));
    };
  }, ENTRIES);
}

/** What the scripts have that this page has loaded, compressed. */
async function scriptBytesOf(page: Page): Promise<number> {
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => name.endsWith('.js')),
  );
  expect(scripts.length).toBeGreaterThan(0);
  const sizes = [...new Set(scripts)].map(async (script) => {
    const answer = await fetch(script);
    expect(answer.status).toBe(200);
    return gzipSync(Buffer.from(await answer.arrayBuffer())).length;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

test('a folder of 100,000 entries is shown with few scripts, and as few elements as one of twenty, to its end and in any order', async () => {
  const { page } = await signUpInBrowser(browser);
  await answerLargeFolder(page);
  await page.reload();
  await page.getByText('100000 items').waitFor();
  expect(await scriptBytesOf(page)).toBeLessThan(SCRIPT_BYTES_MAX);
  const grid = page.getByRole('grid');
  const drawn = () => grid.getByRole('row').count();
  expect(await grid.getAttribute('aria-rowcount')).toBe(String(ENTRIES + 1));
  expect(await drawn()).toBeLessThan(80);

  await grid.focus();
  await page.keyboard.press('End');
  await grid.getByText('file 99999.txt').waitFor();
  expect(await drawn()).toBeLessThan(80);
  await page.keyboard.press('Control+a');
  await page.getByText('100000 selected').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Size' }).click();
  await page.keyboard.press('Home');
  await grid.evaluate((element) => {
    element.scrollTop = 0;
  });
  await grid.getByText('file 99999.txt').waitFor();
  await expectNoAxeViolations(page);
});
