import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { newEmail, openApiDevice, PASSWORD } from '../support/api-device.ts';
import { entry } from '../support/app-in-browser.ts';
import { useBrowser, webUrl } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { sharedStack } from '../support/shared-stack.ts';

const browser = useBrowser();
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `${name}.txt`);

/** Buttons of a part of the page that a finger in their middle would not reach. */
function hiddenButtons(page: Page, region: string): Promise<readonly string[]> {
  return page.getByRole('region', { name: region }).evaluate((element) =>
    [...element.querySelectorAll('button')].flatMap((button) => {
      const { x, y, width, height } = button.getBoundingClientRect();
      const isReached = button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      return isReached ? [] : [button.getAttribute('aria-label') ?? button.textContent];
    }),
  );
}

test('on a phone messages and files on their way hide no button of each other, folded or not', async () => {
  const email = newEmail();
  await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  const profile = await browser.newProfile({ viewport: { width: 390, height: 760 }, isMobile: true, hasTouch: true });
  const page = await browser.openApp(webUrl(), profile);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const files = NAMES.map((name) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(`the text of ${name}`) }));
  await page.locator('[data-upload=files]').setInputFiles(files);
  await page.getByText('8 files uploaded').waitFor();
  for (const name of ['a.txt', 'b.txt', 'c.txt']) {
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Delete');
    await entry(page, name).waitFor({ state: 'detached' });
    await page.getByText(`Deleted ${name}.`).waitFor();
    const { height } = (await page.getByRole('region', { name: 'Uploads' }).boundingBox()) ?? { height: 0 };
    expect(height).toBeGreaterThan(200);
    await eventually(async () => {
      expect(await hiddenButtons(page, 'Messages')).toEqual([]);
      expect(await hiddenButtons(page, 'Uploads')).toEqual([]);
    });
  }
  await page.getByRole('button', { name: 'Show less' }).click();
  // They follow with the next look of the browser at what has changed.
  await eventually(async () => {
    expect(await hiddenButtons(page, 'Messages')).toEqual([]);
    expect(await hiddenButtons(page, 'Uploads')).toEqual([]);
  });
});
