import type { Locator, Page } from 'playwright-core';
import { newEmail, PASSWORD } from './api-device.ts';
import type { TestBrowser } from './browser.ts';

/** Somebody at the web app. */
export interface PersonInBrowser {
  readonly page: Page;
  readonly email: string;
}

/** Makes an account in the app, as a person does, and waits for its files. */
export async function signUpInBrowser(browser: TestBrowser): Promise<PersonInBrowser> {
  const page = await browser.openApp();
  const email = newEmail();
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Welcome to Syncline').waitFor();
  return { page, email };
}

/** Signs in on another computer. */
export async function signInInBrowser(browser: TestBrowser, email: string): Promise<Page> {
  const page = await browser.openApp();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
  return page;
}

export async function makeFolder(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New folder' }).first().click();
  await page.getByLabel('Name of the folder').fill(name);
  await page.getByRole('button', { name: 'Create' }).click();
  // It may show before the answer has come that chooses it: the push can be faster.
  await entry(page, name).and(page.locator('[aria-selected=true]')).waitFor();
}

/** The row of an entry in the list that is shown. */
export function entry(page: Page, name: string) {
  return page
    .getByRole('grid')
    .getByRole('row')
    .filter({ has: page.getByText(name, { exact: true }) });
}

/** Drags files and folders of the disk over the folder that is shown, or another place, and drops them there. */
export async function dropFiles(page: Page, files: readonly string[], place?: Locator): Promise<void> {
  await dragFiles(page, files, { place, types: ['dragEnter', 'dragOver', 'drop'] });
}

/** The same, as far as the steps that are named. */
export async function dragFiles(
  page: Page,
  files: readonly string[],
  { place, types }: { readonly place?: Locator | undefined; readonly types: readonly DragStep[] },
): Promise<void> {
  const box = await (place ?? page.locator('[data-drop]')).boundingBox();
  if (box === null) throw new Error('there is a place to drop into');
  const session = await page.context().newCDPSession(page);
  const at = { x: box.x + box.width / 3, y: box.y + box.height / 3 };
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of types) await session.send('Input.dispatchDragEvent', { type, ...at, data });
  await session.detach();
}

type DragStep = 'dragEnter' | 'dragOver' | 'drop';
