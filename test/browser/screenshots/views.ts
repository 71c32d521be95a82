import type { Page } from 'playwright-core';
import type { DemoAccount } from './demo-content.ts';

/** One view of the app that is shown in the documentation. */
export interface View {
  /** Of the file, without what says in which form. */
  readonly name: string;
  readonly path: (account: DemoAccount) => string;
  /** Brings it to what is to be seen, once it has been opened, and waits until that is there. */
  readonly show: (page: Page) => Promise<void>;
  /** Opened in a browser where nobody is signed in. */
  readonly isPublic?: boolean;
}

/** To show another view, add it here. Each is taken in light, in dark and on a phone. */
export const VIEWS: readonly View[] = [
  { name: 'files', path: () => '/', show: (page) => untilText(page, 'Weekly notes.md') },
  {
    name: 'details',
    path: () => '/',
    show: async (page) => {
      await choose(page, 'Weekly notes.md');
      await page.getByRole('button', { name: 'Details' }).first().click();
      await page.getByRole('tab', { name: 'Versions' }).click();
      await page.getByText('Current').waitFor();
    },
  },
  {
    name: 'preview',
    path: () => '/',
    show: async (page) => {
      await untilText(page, 'Front page.jpg');
      await page.getByText('Front page.jpg', { exact: true }).first().dblclick();
      const picture = page.getByRole('dialog').getByRole('img', { name: 'Front page.jpg' });
      await picture.evaluate(async (element) => {
        await (element as HTMLImageElement).decode();
      });
    },
  },
  {
    name: 'pdf',
    path: () => '/',
    show: async (page) => {
      await untilText(page, 'Ferry contract.pdf');
      await page.getByText('Ferry contract.pdf', { exact: true }).first().dblclick();
      await page.getByRole('dialog').locator('canvas[data-state=drawn]').first().waitFor();
    },
  },
  {
    name: 'sharing',
    path: () => '/',
    show: async (page) => {
      await choose(page, 'Harbour team');
      await page.getByRole('button', { name: 'Share' }).first().click();
      await untilText(page, 'grace.osei@harbour.example');
    },
  },
  { name: 'shared', path: () => '/shared', show: (page) => untilText(page, 'Harbour team') },
  { name: 'links', path: () => '/links', show: (page) => page.getByText('/Photos').waitFor() },
  { name: 'recent', path: () => '/recent', show: (page) => untilText(page, 'Weekly notes.md') },
  { name: 'trash', path: () => '/trash', show: (page) => untilText(page, 'Old drafts') },
  { name: 'devices', path: () => '/devices', show: (page) => untilText(page, 'This browser') },
  { name: 'usage', path: () => '/usage', show: (page) => untilText(page, 'Earlier versions') },
  { name: 'settings', path: () => '/settings', show: (page) => untilText(page, 'Set up an authenticator app') },
  { name: 'search', path: () => '/search?q=pier', show: (page) => untilText(page, 'Sort by') },
  {
    name: 'timeline',
    path: () => '/photos',
    show: async (page) => {
      await untilText(page, '4 pictures');
      await page.locator('[data-state=drawn]').nth(3).waitFor();
    },
  },
  { name: 'offline', path: () => '/offline', show: (page) => page.getByRole('heading', { level: 1 }).waitFor() },
  // Last of those that are signed in: that tiles are shown is kept.
  {
    name: 'photos',
    path: ({ folders }) => folders.photos,
    show: async (page) => {
      await untilText(page, 'Last light.jpg');
      await page.getByRole('button', { name: 'Show as tiles' }).click();
      await untilText(page, 'Last light.jpg');
    },
  },
  {
    name: 'sign-in',
    path: () => '/',
    isPublic: true,
    show: (page) => page.getByRole('heading', { name: 'Sign in to Syncline' }).waitFor(),
  },
  {
    name: 'link-page',
    path: ({ linkPath }) => linkPath,
    isPublic: true,
    show: (page) => page.getByText('Last light.jpg').waitFor(),
  },
  {
    name: 'link-preview',
    path: ({ linkPath }) => linkPath,
    isPublic: true,
    show: async (page) => {
      await page.getByRole('button', { name: 'Last light.jpg', exact: true }).click();
      const picture = page.getByRole('dialog').getByRole('img', { name: 'Last light.jpg' });
      await picture.evaluate(async (element) => {
        await (element as HTMLImageElement).decode();
      });
    },
  },
];

function untilText(page: Page, text: string): Promise<void> {
  return page.locator('main').getByText(text, { exact: true }).first().waitFor();
}

async function choose(page: Page, name: string): Promise<void> {
  await untilText(page, name);
  await page
    .getByRole('row')
    .filter({ hasText: name })
    .click({ position: { x: 200, y: 10 } });
}
