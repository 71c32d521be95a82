import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { newEmail, openApiDevice } from '../support/api-device.ts';
import { entry, signInInBrowser } from '../support/app-in-browser.ts';
import { expectNoAxeViolations, useBrowser } from '../support/browser.ts';
import { sharedStack } from '../support/shared-stack.ts';

const browser = useBrowser();
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-revisions-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Uploads a text, over the one that is there. */
async function upload(page: Page, text: string, count: number): Promise<void> {
  const path = join(directory, 'plan.md');
  await writeFile(path, text);
  await page.locator('input[data-upload=files]').setInputFiles(path);
  if (count > 1) await page.getByRole('dialog').getByRole('button', { name: 'Replace' }).click();
  const panel = page.getByRole('region', { name: 'Uploads' });
  await panel.getByText(count === 1 ? '1 file uploaded' : `${count} files uploaded`).waitFor();
}

test('two versions of a text are compared, looked at, saved, named and restored, and devices say whether they have it', async () => {
  const email = newEmail();
  await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  const page = await signInInBrowser(browser, email);
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  await upload(page, lines.join('\n'), 1);
  await upload(page, lines.with(20, 'line <b>twenty</b>').join('\n'), 2);
  await page.getByRole('button', { name: 'Close the list of uploads' }).click();

  await entry(page, 'plan.md').click({ position: { x: 400, y: 10 } });
  await page.getByRole('button', { name: 'Details' }).click();
  const pane = page.getByRole('complementary', { name: 'Details' });
  await pane.getByText('Has not synced yet').waitFor();
  await expectNoAxeViolations(page);
  await pane.getByRole('tab', { name: 'Versions' }).click();
  await pane.getByRole('button', { name: /^Compare .* with the current one$/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Versions of plan.md' });
  await dialog.getByText('1 line added · 1 line removed').waitFor();
  const changed = dialog.getByRole('row').filter({ hasText: 'line <b>twenty</b>' });
  expect(await changed.getByRole('cell').allTextContents()).toEqual([
    '21',
    'Removed: line 20',
    '21',
    'Added: line <b>twenty</b>',
  ]);
  await dialog.getByText('17 equal lines').waitFor();
  await expectNoAxeViolations(page, '[role=dialog]');
  await dialog.getByLabel('Show').selectOption({ label: 'One below the other' });
  expect(await dialog.getByRole('row').filter({ hasText: 'Added:' }).count()).toBe(1);
  await expectNoAxeViolations(page, '[role=dialog]');
  await page.keyboard.press('Escape');

  const old = pane.getByRole('listitem').last();
  await old.getByRole('button', { name: /^Open the version/ }).click();
  await page.getByRole('dialog', { name: 'plan.md' }).getByText('line 20', { exact: false }).waitFor();
  await page.keyboard.press('Escape');
  await old.getByRole('button', { name: /^More for the version/ }).click();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download' }).click(),
  ]);
  expect(await readFile(await saved.path(), 'utf8')).toBe(lines.join('\n'));

  await old.getByRole('button', { name: /^More for the version/ }).click();
  await page.getByRole('menuitem', { name: 'Name' }).click();
  await pane.getByLabel('Name of this version').fill('as agreed');
  await pane.getByRole('button', { name: 'Save' }).click();
  await pane.getByText('as agreed').waitFor();
  await old.getByRole('button', { name: /^Restore the version/ }).click();
  await pane.getByRole('listitem').nth(2).waitFor();
  await entry(page, 'plan.md').getByText('plan.md', { exact: true }).click();
  await page.getByRole('dialog', { name: 'plan.md' }).getByText('line 20', { exact: false }).waitFor();
});
