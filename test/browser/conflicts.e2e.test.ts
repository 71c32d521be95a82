import { expect, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { newEmail, openApiDevice, PASSWORD } from '../support/api-device.ts';
import { entry, makeFolder, signInInBrowser } from '../support/app-in-browser.ts';
import { useBrowser, webUrl } from '../support/browser.ts';
import { sharedStack } from '../support/shared-stack.ts';

const browser = useBrowser();
/** What a browser says of requests that have no network. */
const NO_NETWORK = /Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket/;
const PHONE = { viewport: { width: 390, height: 760 }, isMobile: true, hasTouch: true };
const LONG = `${'x'.repeat(200)}.txt`;

/** One person at two computers, the first of which may be a phone. */
async function openTwo(options: BrowserContextOptions = {}): Promise<{ readonly mine: Page; readonly other: Page }> {
  const email = newEmail();
  await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  const mine = await browser.openApp(webUrl(), await browser.newProfile(options));
  await mine.getByLabel('E-mail address').fill(email);
  await mine.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await mine.getByRole('button', { name: 'Sign in' }).click();
  const other = await signInInBrowser(browser, email);
  for (const page of [mine, other]) await page.getByText('Welcome to Syncline').waitFor();
  return { mine, other };
}

async function upload(page: Page, name: string): Promise<void> {
  const file = { name, mimeType: 'text/plain', buffer: Buffer.from('first\n') };
  await page.locator('[data-upload=files]').setInputFiles(file);
  await page.getByText('1 file uploaded').waitFor();
  await page.getByRole('button', { name: 'Close the list of uploads' }).click();
}

async function chooseFor(page: Page, name: string, action: string): Promise<void> {
  await entry(page, name)
    .getByRole('button', { name: `Actions for ${name}` })
    .click();
  await page.getByRole('menuitem', { name: action }).click();
}

async function save(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByLabel(`Content of ${name}`).waitFor({ state: 'detached' });
}

async function edit(page: Page, name: string, text: string): Promise<void> {
  await chooseFor(page, name, 'Edit');
  await page.getByLabel(`Content of ${name}`).fill(text);
}

/** Where the Tab key goes on from what was done, and does not begin with the whole app. */
const inPage = (page: Page) =>
  page.waitForFunction(() => document.querySelector('main')?.contains(document.activeElement)).then(() => true);

test.each([
  ['a desktop', {}],
  ['a phone', PHONE],
])(
  'on %s a question about a very long name shows all of its buttons, and leaves the keyboard in the page',
  async (_, options) => {
    const { mine, other } = await openTwo(options);
    await upload(other, LONG);
    await entry(mine, LONG).waitFor();
    await edit(mine, LONG, 'mine\n');
    await edit(other, LONG, 'theirs\n');
    await save(other, LONG);
    await other.getByText(/Sending/).waitFor({ state: 'detached' });
    await save(mine, LONG);
    const question = mine.getByRole('dialog', { name: 'Changed elsewhere, too' });
    await question.waitFor();
    const overhang = await question.evaluate((dialog) => {
      const { right } = dialog.parentElement?.getBoundingClientRect() ?? { right: 0 };
      return [...dialog.querySelectorAll('button')].filter((button) => button.getBoundingClientRect().right > right)
        .length;
    });
    expect(overhang).toBe(0);
    await mine.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await inPage(mine)).toBe(true);

    await mine.getByRole('link', { name: 'Show' }).click();
    await mine.getByRole('button', { name: /^Keep both/ }).focus();
    await mine.keyboard.press('Enter');
    await mine.getByText('Everything is sent.').waitFor();
    expect(await mine.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  },
);

test('what is written in the editor stays when its folder is deleted elsewhere, and is saved into the topmost one', async () => {
  const { mine, other } = await openTwo();
  await makeFolder(mine, 'Passing');
  await mine.getByText('Passing', { exact: true }).first().dblclick();
  await mine.getByText('This folder is empty').waitFor();
  await upload(mine, 'notes.txt');
  await edit(mine, 'notes.txt', 'written for an hour\n');
  await chooseFor(other, 'Passing', 'Delete');
  await mine.getByText('This folder is not here any more').waitFor({ state: 'attached' });
  expect(await mine.getByLabel('Content of notes.txt').inputValue()).toBe('written for an hour\n');
  await save(mine, 'notes.txt');
  await mine.getByText('Some changes were not done as they were made.').waitFor();
  const copy = other.getByText(/^notes \(conflicted copy/).first();
  await copy.click();
  await other.getByRole('dialog').getByText('written for an hour').waitFor();
});

test('a name that was taken meanwhile is asked about with what can become of it, and no more', async () => {
  browser.allow(NO_NETWORK);
  const { mine, other } = await openTwo();
  await upload(mine, 'draft.txt');
  await mine.context().setOffline(true);
  await mine.getByText('You are offline.').waitFor();
  await chooseFor(mine, 'draft.txt', 'Rename');
  await mine.getByLabel('New name of draft.txt').fill('final.txt');
  await mine.keyboard.press('Enter');
  await entry(mine, 'final.txt').waitFor();
  await upload(other, 'final.txt');
  await mine.context().setOffline(false);
  const question = mine.getByRole('dialog', { name: 'Changed elsewhere, too' });
  await question.getByText('There is something called final.txt in that place already.').waitFor();
  const choices = await question
    .getByRole('button')
    .filter({ has: mine.locator('strong') })
    .allTextContents();
  expect(choices).toEqual([
    'Keep bothBoth are there. Yours gets another name.',
    'Keep theirsIt is left as the other device has it.',
  ]);
  await question.getByRole('button', { name: /^Keep both/ }).click();
  for (const name of ['final (2).txt', 'final.txt']) await entry(other, name).waitFor();
});
