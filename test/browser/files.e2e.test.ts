import { expect, test } from '@jest/globals';
import { entry, makeFolder, signInInBrowser, signUpInBrowser } from '../support/app-in-browser.ts';
import { expectNoAxeViolations, useBrowser } from '../support/browser.ts';

const browser = useBrowser();

test('a person signs up, makes folders, renames, moves and deletes them, and takes that back', async () => {
  const { page, email } = await signUpInBrowser(browser);
  await expectNoAxeViolations(page);
  await makeFolder(page, 'Projects');
  await makeFolder(page, 'Drafts');

  await entry(page, 'Drafts').getByRole('button', { name: 'Actions for Drafts' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByLabel('New name of Drafts').fill('Ideas');
  await page.keyboard.press('Enter');
  await entry(page, 'Ideas').waitFor();

  await entry(page, 'Ideas').dragTo(entry(page, 'Projects'));
  await page.getByText('Moved Ideas.').waitFor();
  await entry(page, 'Ideas').waitFor({ state: 'detached' });
  await page.getByText('Projects', { exact: true }).click();
  await entry(page, 'Ideas').waitFor();
  const address = page.url();

  await entry(page, 'Ideas').click({ position: { x: 400, y: 10 } });
  await page.keyboard.press('Delete');
  await page.getByText('Deleted Ideas.').waitFor();
  await page.getByText('This folder is empty').waitFor();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await entry(page, 'Ideas').waitFor();

  // Another computer opens the same folder by its address.
  const other = await signInInBrowser(browser, email);
  await other.goto(address);
  await entry(other, 'Ideas').waitFor();
});

test('what one browser does, the other shows at once, and keeps what was chosen there', async () => {
  const { page: mine, email } = await signUpInBrowser(browser);
  await makeFolder(mine, 'Kept');
  await makeFolder(mine, 'Passing');
  const other = await signInInBrowser(browser, email);
  await other.getByText('Up to date').waitFor();
  await entry(other, 'Kept').click({ position: { x: 400, y: 10 } });
  await other.getByText('1 selected').waitFor();

  await makeFolder(mine, 'Arrived');
  await entry(other, 'Arrived').waitFor();
  await entry(mine, 'Passing').click({ position: { x: 400, y: 10 } });
  await mine.keyboard.press('F2');
  await mine.getByLabel('New name of Passing').fill('A new name');
  await mine.keyboard.press('Enter');
  await entry(other, 'A new name').waitFor();
  expect(await entry(other, 'Kept').getAttribute('aria-selected')).toBe('true');

  await mine.getByRole('grid').focus();
  await mine.keyboard.press('Delete');
  await entry(other, 'A new name').waitFor({ state: 'detached' });
  expect(await entry(other, 'Kept').getAttribute('aria-selected')).toBe('true');
  expect(await other.getByText('1 selected').count()).toBe(1);
});

test('two tabs of one browser show what is done in the other', async () => {
  const { page: mine } = await signUpInBrowser(browser);
  const other = await browser.openApp('/', mine.context());
  await other.getByText('Up to date').waitFor();
  await makeFolder(mine, 'Shown in both');
  await entry(other, 'Shown in both').waitFor();

  await entry(other, 'Shown in both').click({ position: { x: 400, y: 10 } });
  await other.keyboard.press('F2');
  await other.getByLabel('New name of Shown in both').fill('Renamed in the other');
  await other.keyboard.press('Enter');
  await entry(mine, 'Renamed in the other').waitFor();

  const chooser = mine.waitForEvent('filechooser');
  await mine.getByRole('button', { name: 'Upload', exact: true }).first().click();
  await (await chooser).setFiles({ name: 'Sent.txt', mimeType: 'text/plain', buffer: Buffer.from('sent') });
  await entry(other, 'Sent.txt').waitFor();
  expect(await other.getByRole('grid').getByRole('row').count()).toBe(3);
});

test('a browser that is unlinked in another one says so, and asks to sign in again', async () => {
  const { page: mine, email } = await signUpInBrowser(browser);
  const other = await signInInBrowser(browser, email);
  await other.getByText('Up to date').waitFor();
  await mine.goto(new URL('/devices', mine.url()).href);
  await mine
    .getByRole('button', { name: /^Unlink / })
    .first()
    .click();
  await mine.getByRole('dialog').getByRole('button', { name: 'Unlink', exact: true }).click();
  await other.getByText('This browser was unlinked from the account. Sign in again to go on.').waitFor();
  expect(await other.getByText('Up to date').count()).toBe(0);
});

test('all of it goes by the keyboard alone', async () => {
  const { page } = await signUpInBrowser(browser);
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focusOn = async (name: string) => {
    const button = page.getByRole('button', { name }).first();
    for (let tabs = 0; tabs < 40; tabs++) {
      if (await button.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`the Tab key does not lead to ${name}`);
  };
  for (const name of ['One', 'Two', 'Three']) {
    await focusOn('New folder');
    await press('Enter');
    await page.getByLabel('Name of the folder').waitFor();
    await page.keyboard.type(name);
    await press('Enter');
    await entry(page, name).waitFor();
  }
  await page.getByRole('grid').focus();
  await press('Home', 'Shift+ArrowDown');
  await page.getByText('2 selected').waitFor();
  await press('Escape', 'End', 'F2');
  await page.getByLabel('New name of Two').waitFor();
  await page.keyboard.type('Second');
  await press('Enter');
  await entry(page, 'Second').waitFor();

  // By typing the beginning of its name, then into it and out of it.
  await page.keyboard.type('th');
  await press('Enter');
  await page.getByRole('heading', { name: 'Three' }).waitFor();
  await page.goBack();
  await page.getByRole('grid').focus();
  await press('Home', 'Shift+F10');
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
  await press('ArrowDown', 'ArrowDown', 'Escape');
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor({ state: 'detached' });
  await page.getByRole('grid').focus();
  await press('Control+a', 'Delete');
  await page.getByText('Deleted 3 items.').waitFor();
  await page.getByText('Welcome to Syncline').waitFor();
  expect(await page.getByRole('row').count()).toBe(0);
});
