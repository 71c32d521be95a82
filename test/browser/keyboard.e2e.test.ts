import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { newEmail, openApiDevice, PASSWORD } from '../support/api-device.ts';
import { dropFiles, entry, makeFolder, signUpInBrowser } from '../support/app-in-browser.ts';
import { useBrowser } from '../support/browser.ts';
import { sharedStack } from '../support/shared-stack.ts';

const browser = useBrowser();

const TABS_MAX = 60;

/** Goes to an element as somebody without a pointer does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let tabs = 0; tabs < TABS_MAX; tabs++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the Tab key does not lead to ${target.toString()}`);
}

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** After a dialog, a menu or a field the keyboard is in the list again, by itself. */
async function backInList(page: Page): Promise<void> {
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'grid');
}

/** Waits until the element with this label has the focus. */
async function focused(page: Page, label: string): Promise<void> {
  await page.waitForFunction((name) => document.activeElement?.getAttribute('aria-label') === name, label);
}

test('somebody without a pointer signs in, uploads, moves, renames, looks, shares, stars, deletes and takes that back', async () => {
  const email = newEmail();
  await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  const page = await browser.openApp();
  await tabTo(page, page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await tabTo(page, page.getByLabel('Password', { exact: true }));
  await page.keyboard.type(PASSWORD);
  await press(page, 'Enter');
  for (const name of ['Inbox', 'One', 'Two']) {
    await tabTo(page, page.getByRole('button', { name: 'New folder' }).first());
    await press(page, 'Enter');
    await page.getByLabel('Name of the folder').waitFor();
    await page.keyboard.type(name);
    await press(page, 'Enter');
    await entry(page, name).and(page.locator('[aria-selected=true]')).waitFor();
  }
  await tabTo(page, page.getByRole('button', { name: 'Upload', exact: true }));
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), press(page, 'Enter')]);
  await chooser.setFiles(
    ['a', 'b'].map((name) => ({
      name: `${name}.txt`,
      mimeType: 'text/plain',
      buffer: Buffer.from(`the text of ${name}`),
    })),
  );
  await page.getByText('2 files uploaded').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Close the list of uploads' }));
  await press(page, 'Enter');

  const grid = page.getByRole('grid');
  await tabTo(page, grid);
  await press(page, 'Home');
  await page.keyboard.type('on');
  await press(page, 'Shift+ArrowDown');
  await page.getByText('2 selected').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Move …' }));
  await press(page, 'Enter');
  const picker = page.getByRole('dialog', { name: 'Move 2 items' });
  await tabTo(page, picker.getByRole('button', { name: 'Inbox' }));
  await press(page, 'Enter');
  await picker.getByText('No folders in here.').waitFor();
  await tabTo(page, picker.getByRole('button', { name: 'Move here' }));
  await press(page, 'Enter');
  await entry(page, 'One').waitFor({ state: 'detached' });

  await tabTo(page, grid);
  await press(page, 'Home', 'F2');
  await page.getByLabel('New name of Inbox').waitFor();
  await page.keyboard.type('Archive');
  await press(page, 'Enter');
  await entry(page, 'Archive').waitFor();

  await backInList(page);
  await page.keyboard.type('a.t');
  await entry(page, 'a.txt').and(page.locator('[aria-selected=true]')).waitFor();
  await press(page, 'Enter');
  const shows = (name: string) =>
    page
      .getByRole('dialog', { name: `${name}.txt` })
      .getByText(`the text of ${name}`)
      .waitFor();
  await shows('a');
  await press(page, 'ArrowRight');
  await shows('b');
  await press(page, 'ArrowLeft');
  await shows('a');
  await press(page, 'Escape');

  await backInList(page);
  await press(page, 'Shift+F10');
  await page.getByRole('menuitem', { name: 'Details' }).waitFor();
  await page.keyboard.type('det');
  await press(page, 'Enter');
  const pane = page.getByRole('complementary', { name: 'Details' });
  await tabTo(page, pane.getByRole('tab', { name: 'Info' }));
  await press(page, 'End');
  await tabTo(page, pane.getByRole('button', { name: 'Create a link' }));
  await press(page, 'Enter');
  await tabTo(page, pane.getByRole('button', { name: 'Create a link' }).last());
  await press(page, 'Enter');
  await pane.getByLabel('Address', { exact: true }).waitFor();
  await tabTo(page, pane.getByRole('button', { name: 'Done' }));
  await press(page, 'Enter');

  await tabTo(page, grid);
  await press(page, 'Shift+F10');
  await page.getByRole('menuitem', { name: 'Add star' }).waitFor();
  await page.keyboard.type('add');
  await press(page, 'Enter');
  await entry(page, 'a.txt').getByText('Starred').waitFor();
  await backInList(page);
  await press(page, 'Delete');
  await entry(page, 'a.txt').waitFor({ state: 'detached' });
  await tabTo(page, page.getByRole('button', { name: 'Undo' }).last());
  await press(page, 'Enter');
  // Restored, it is what it was: its star is there again.
  await entry(page, 'a.txt').getByText('Starred').waitFor();
  expect(await page.getByRole('row').count()).toBe(4);
});

test('files and whole folders are dropped from the desktop, and what was copied is pasted', async () => {
  const { page } = await signUpInBrowser(browser);
  const directory = await mkdtemp(join(tmpdir(), 'syncline-dropped-'));
  try {
    await mkdir(join(directory, 'trip', 'day one'), { recursive: true });
    await writeFile(join(directory, 'trip', 'day one', 'walk.txt'), 'we walked');
    await writeFile(join(directory, 'alone.txt'), 'by itself');
    await dropFiles(
      page,
      ['trip', 'alone.txt'].map((name) => join(directory, name)),
    );
    await entry(page, 'alone.txt').waitFor();
    await entry(page, 'trip').getByText('trip', { exact: true }).click();
    await entry(page, 'day one').getByText('day one', { exact: true }).click();
    await entry(page, 'walk.txt').waitFor();
  } finally {
    await rm(directory, { recursive: true });
  }
  await page.getByRole('grid').focus();
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(['a drawing'], 'image.png', { type: 'image/png' }));
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData }),
    );
  });
  await entry(page, 'image.png').waitFor();
  expect(await page.getByRole('row').count()).toBe(3);
});

test('in the trash the keyboard goes on to the next row, and to the heading when none is left', async () => {
  const { page } = await signUpInBrowser(browser);
  for (const name of ['One', 'Two', 'Three']) await makeFolder(page, name);
  await page.getByRole('grid').focus();
  await press(page, 'Control+a', 'Delete');
  await page.getByText('Deleted 3 items.').waitFor();
  await page.getByRole('link', { name: 'Trash' }).click();
  const restore = page.getByRole('button', { name: /^Restore / });
  await tabTo(page, restore.first());
  const nextName = (await restore.nth(1).getAttribute('aria-label')) ?? '';
  await press(page, 'Enter');
  await focused(page, nextName);

  const purge = page.getByRole('button', { name: /^Delete for good: / });
  await tabTo(page, purge.last());
  await press(page, 'Enter');
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Delete for good', exact: true }));
  await press(page, 'Enter');
  await page.waitForFunction(() => document.querySelectorAll('main li').length === 1);
  await focused(page, (await purge.getAttribute('aria-label')) ?? '');

  await tabTo(page, restore);
  await press(page, 'Enter');
  await page.getByText('The trash is empty').waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
});
