import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { newEmail, openApiDevice, valueOf } from '../support/api-device.ts';
import { signInInBrowser } from '../support/app-in-browser.ts';
import { expectNoAxeViolations, useBrowser } from '../support/browser.ts';
import { datedJpeg } from '../support/dated-jpeg.ts';
import { eventually } from '../support/eventually.ts';
import { useSearchAlone } from '../support/search-turn.ts';
import { sharedStack } from '../support/shared-stack.ts';
import { storeFiles } from '../support/store-files.ts';

const browser = useBrowser();
useSearchAlone();

/** A small picture of one colour. */
async function paint(page: Page, colour: string): Promise<Buffer> {
  const url = await page.evaluate((fill) => {
    const canvas = document.createElement('canvas');
    canvas.width = 60;
    canvas.height = 40;
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('there is no canvas');
    context.fillStyle = fill;
    context.fillRect(0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/jpeg');
  }, colour);
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

/** Each day that is shown, with the pictures of it. */
async function daysOf(page: Page): Promise<readonly (readonly [string, readonly string[]])[]> {
  const days = await page.locator('main h3').allTextContents();
  const names = await page
    .locator('main h3 + ul')
    .evaluateAll((lists) => lists.map((list) => [...list.querySelectorAll('button')].map(({ title }) => title)));
  return days.map((day, index) => [day, names[index] ?? []]);
}

test('photos stand on the days on which they were taken, not on that of their copy, and do so at once the next time', async () => {
  const email = newEmail();
  const device = await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  const page = await signInInBrowser(browser, email);
  const [red, green, blue] = [await paint(page, 'red'), await paint(page, 'green'), await paint(page, 'blue')];
  const modifiedAt = '2026-11-20T12:00:00.000Z';
  await storeFiles(device, [
    { name: 'sea.jpg', bytes: datedJpeg(red, { time: '2024:08:03 18:20:00' }), modifiedAt },
    { name: 'shore.jpg', bytes: datedJpeg(green, { time: '2024:08:03 23:59:59', isLittleEndian: true }), modifiedAt },
    { name: 'scan.jpg', bytes: blue, modifiedAt },
  ]);
  await eventually(async () => {
    const { hits } = valueOf(await device.api.search({ query: { type: 'image' } }));
    expect(hits).toHaveLength(3);
  });
  const expected = [
    ['Friday 20 November1 picture', ['scan.jpg']],
    ['Saturday 3 August2 pictures', ['shore.jpg', 'sea.jpg']],
  ];
  await page.goto('/photos');
  await page.getByRole('heading', { name: 'August 2024' }).waitFor();
  await eventually(async () => expect(await daysOf(page)).toEqual(expected));
  await expectNoAxeViolations(page);

  // What is known of a content is kept by this browser: nothing changes its place, and nothing has to be read for that.
  await page.context().route(/\/content\//, (route) => route.abort());
  browser.allow(/Failed to load resource/);
  await page.reload();
  await page.getByRole('heading', { name: 'August 2024' }).waitFor();
  expect(await daysOf(page)).toEqual(expected);
  await page.getByRole('button', { name: /^Account:/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Syncline' }).waitFor();
  const kept = await page.evaluate(async () => (await indexedDB.databases()).map(({ name = '' }) => name));
  expect(kept.filter((name) => name.startsWith('syncline-photos'))).toEqual([]);
});
