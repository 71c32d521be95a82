import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { newEmail, openApiDevice, PASSWORD } from '../support/api-device.ts';
import { expectNoAxeViolations, useBrowser } from '../support/browser.ts';
import { sharedStack } from '../support/shared-stack.ts';

const browser = useBrowser();
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-transfers-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function signIn(): Promise<Page> {
  const email = newEmail();
  await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  const page = await browser.openApp();
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.locator('form button[type=submit]').click();
  await page.getByRole('button', { name: 'Upload', exact: true }).waitFor();
  return page;
}

async function upload(page: Page, name: string, text: string): Promise<void> {
  await uploadAll(page, [name], text);
}

async function uploadAll(page: Page, names: readonly string[], text: string): Promise<void> {
  const paths = names.map((name) => join(directory, name));
  for (const path of paths) await writeFile(path, text);
  await page.locator('input[data-upload=files]').setInputFiles(paths);
}

test('a person uploads files, decides about a name that exists, and looks at what came of it', async () => {
  const page = await signIn();
  const panel = page.getByRole('region', { name: 'Uploads' });
  await upload(page, 'notes.txt', 'first words <b>not bold</b>');
  await panel.getByText('1 file uploaded').waitFor();
  await upload(page, 'table.csv', 'name,size\n"a, b",7');
  await panel.getByText('2 files uploaded').waitFor();
  await expectNoAxeViolations(page, 'section[aria-label="Uploads"]');

  await upload(page, 'notes.txt', 'second words');
  const question = page.getByRole('dialog', { name: 'This name exists already' });
  await question.waitFor();
  await expectNoAxeViolations(page, '[role=dialog]');
  await question.getByRole('button', { name: 'Keep both' }).click();
  await panel.getByText('3 files uploaded').waitFor();
  await page.getByText('notes (2).txt').first().waitFor();
  await panel.getByRole('button', { name: 'Close the list of uploads' }).click();

  await page.getByText('notes.txt', { exact: true }).first().dblclick();
  const preview = page.getByRole('dialog', { name: 'notes.txt' });
  await preview.getByText('first words <b>not bold</b>').waitFor();
  await expectNoAxeViolations(page, '[role=dialog]');
  await preview.getByRole('button', { name: 'Next file' }).click();
  const table = page.getByRole('dialog', { name: 'table.csv' });
  await table.getByRole('cell', { name: 'a, b' }).waitFor();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    table.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('table.csv');
});

test('Escape at a name that exists leaves out that file alone, and what was left out is said', async () => {
  const page = await signIn();
  const panel = page.getByRole('region', { name: 'Uploads' });
  const names = ['one.txt', 'two.txt', 'three.txt'];
  await uploadAll(page, names, 'first words');
  await panel.getByText('3 files uploaded').waitFor();
  await panel.getByRole('button', { name: 'Close the list of uploads' }).click();

  await uploadAll(page, names, 'second words');
  const question = page.getByRole('dialog', { name: 'This name exists already' });
  await question.getByText('Do the same with 2 other files').waitFor();
  await page.keyboard.press('Escape');
  await question.getByText('Do the same with 1 other file').waitFor();
  await question.getByRole('button', { name: 'Keep both' }).click();
  await panel.getByText('2 files uploaded · 1 file left out').waitFor();
  await panel.getByText('Left out', { exact: true }).waitFor();
  await panel.getByRole('button', { name: 'Close the list of uploads' }).click();

  await upload(page, 'one.txt', 'third words');
  await question.waitFor();
  await page.keyboard.press('Escape');
  await panel.getByText('1 file left out').waitFor();
  expect(await panel.getByText(/uploaded/i).count()).toBe(0);
});
