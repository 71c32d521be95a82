import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dropFiles, entry, signUpInBrowser } from '../support/app-in-browser.ts';
import { useBrowser } from '../support/browser.ts';

const browser = useBrowser();
/** What a browser says of requests that have no network. */
const NO_NETWORK = /Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket/;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-drops-'));
});
afterAll(() => rm(directory, { recursive: true }));

test('a folder of hundreds of files arrives, without what cannot be stored or read, which is told', async () => {
  const folder = join(directory, 'mixed');
  await mkdir(join(folder, 'empty', 'inside'), { recursive: true });
  await mkdir(join(folder, 'bad\tempty'));
  await mkdir(join(folder, 'bad\nfolder'));
  await writeFile(join(folder, 'bad\nfolder', 'inner.txt'), 'in a folder with a bad name');
  await writeFile(join(folder, 'bad\u0001.txt'), 'a bad name');
  await writeFile(Buffer.concat([Buffer.from(join(folder, 'no text ')), Buffer.from([0xff])]), 'unreadable');
  for (let index = 0; index < 230; index++) await writeFile(join(folder, `${index}.txt`), `this is ${index}`);
  const { page } = await signUpInBrowser(browser);
  await dropFiles(page, [folder]);
  const panel = page.getByRole('region', { name: 'Uploads' });
  await panel.getByText('3 files were not uploaded').waitFor();
  await panel.getByText(/The name of the folder “bad\[U\+000A\]folder” cannot be used/).waitFor();
  await panel.getByText(/The name of the folder “bad\[U\+0009\]empty” cannot be used/).waitFor();
  await panel.getByText('This name cannot be used.').waitFor();
  await page.getByText('mixed/… could not be read').waitFor();
  await entry(page, 'mixed').getByText('mixed', { exact: true }).click();
  await page.getByText('231 items').waitFor();
  await entry(page, 'empty').getByText('empty', { exact: true }).click();
  await entry(page, 'inside').waitFor();
  expect(await page.getByRole('row').count()).toBe(2);
});

test('a folder that was deleted since it was dropped is made anew when it is dropped again, and one that was renamed is left alone', async () => {
  const folder = join(directory, 'trip');
  await mkdir(folder);
  await writeFile(join(folder, 'walk.txt'), 'we walked');
  const { page } = await signUpInBrowser(browser);
  const drop = async (): Promise<void> => {
    await dropFiles(page, [folder]);
    await entry(page, 'trip').waitFor();
    await page.getByText('1 file uploaded').waitFor();
    await page.getByRole('button', { name: 'Close the list of uploads' }).click();
  };
  await drop();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await entry(page, 'trip').waitFor({ state: 'detached' });
  await drop();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('F2');
  await page.getByLabel('New name of trip').fill('old trip');
  await page.keyboard.press('Enter');
  await entry(page, 'old trip').waitFor();
  await drop();
  for (const name of ['trip', 'old trip']) {
    await entry(page, name).getByText(name, { exact: true }).click();
    await entry(page, 'walk.txt').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.goBack();
    await entry(page, 'old trip').waitFor();
  }
});

test('what is dropped beside the files stays on the desktop, and opens nothing', async () => {
  const file = join(directory, 'alone.txt');
  await writeFile(file, 'by itself');
  const { page } = await signUpInBrowser(browser);
  await dropFiles(page, [file], page.getByRole('navigation', { name: 'Main navigation' }));
  await dropFiles(page, [file]);
  await entry(page, 'alone.txt').waitFor();
  expect(page.context().pages()).toHaveLength(1);
  expect(await page.getByRole('row').count()).toBe(2);
});

test('what is dropped without a network waits and arrives, and what cannot be stored of it is told at once', async () => {
  browser.allow(NO_NETWORK);
  const folder = join(directory, 'later');
  await mkdir(join(folder, 'empty'), { recursive: true });
  await mkdir(join(folder, 'bad\tone'));
  await writeFile(join(folder, 'walk.txt'), 'we walked');
  await writeFile(join(folder, 'bad\tone', 'inner.txt'), 'in a folder with a bad name');
  const { page } = await signUpInBrowser(browser);
  await page.context().setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await dropFiles(page, [folder]);
  await page.getByText('The name bad[U+0009]one cannot be used').waitFor();
  await page.getByText('3 changes wait to be sent.').waitFor();
  await page.context().setOffline(false);
  await page.getByText(/wait to be sent|Sending/).waitFor({ state: 'detached' });
  await entry(page, 'later').getByText('later', { exact: true }).click();
  for (const name of ['empty', 'walk.txt']) await entry(page, name).waitFor();
  expect(await page.getByRole('row').count()).toBe(3);
});
