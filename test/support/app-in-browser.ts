import type { Page } from 'playwright-core';
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
