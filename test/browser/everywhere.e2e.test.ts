import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD } from '../support/api-device.ts';
import { entry, signInInBrowser, signUpInBrowser } from '../support/app-in-browser.ts';
import { BackgroundDevice } from '../support/background-device.ts';
import { useBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { sharedStack } from '../support/shared-stack.ts';

const browser = useBrowser();
let directory: string;
let computer: BackgroundDevice | undefined;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-everywhere-'));
});
afterAll(async () => {
  await computer?.cli.run(['stop']);
  await rm(directory, { recursive: true });
});

/** A computer of the account with the command line, which keeps a folder in sync in the background. */
async function startComputer(email: string): Promise<BackgroundDevice> {
  const device = await BackgroundDevice.make(sharedStack().apiUrl, { directory, name: 'computer' });
  computer = device;
  await device.cli.expect(['login', '--email', email, '--password-stdin'], `${PASSWORD}\n`);
  await device.cli.expect(['link', device.folder]);
  await device.cli.expect(['start']);
  await device.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', hints: 'socket' }]));
  return device;
}

async function untilPreview(page: Page, name: string, text: string): Promise<void> {
  await entry(page, name).getByText(name, { exact: true }).dblclick();
  const dialog = page.getByRole('dialog', { name });
  await dialog.getByText(text).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

test('two browsers and a computer are open at once, and what one of them does appears in both others', async () => {
  const { page: first, email } = await signUpInBrowser(browser);
  const second = await signInInBrowser(browser, email);
  await second.getByText('Up to date').waitFor();
  const device = await startComputer(email);

  // From a browser.
  await first.locator('input[data-upload=files]').setInputFiles({
    name: 'letter.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('from the first browser'),
  });
  await device.untilText('letter.txt', 'from the first browser');
  await untilPreview(second, 'letter.txt', 'from the first browser');

  // From the disk: an edit, then another name.
  await writeFile(join(device.folder, 'letter.txt'), 'from the computer, much later');
  await entry(first, 'letter.txt').getByText('29 bytes').waitFor();
  await entry(second, 'letter.txt').getByText('29 bytes').waitFor();
  await untilPreview(first, 'letter.txt', 'from the computer, much later');
  await rename(join(device.folder, 'letter.txt'), join(device.folder, 'reply.txt'));
  await entry(first, 'reply.txt').waitFor();
  await entry(second, 'reply.txt').waitFor();

  // From the other browser: another name, and gone.
  await entry(second, 'reply.txt').click({ position: { x: 400, y: 10 } });
  await second.keyboard.press('F2');
  await second.getByLabel('New name of reply.txt').fill('answer.txt');
  await second.keyboard.press('Enter');
  await entry(first, 'answer.txt').waitFor();
  await device.untilText('answer.txt', 'from the computer, much later');
  await second.getByRole('grid').focus();
  await second.keyboard.press('Delete');
  await entry(first, 'answer.txt').waitFor({ state: 'detached' });
  await eventually(() => expect(existsSync(join(device.folder, 'answer.txt'))).toBe(false));
});
