import { expect, test } from '@jest/globals';
import { entry, makeFolder, signInInBrowser, signUpInBrowser } from '../support/app-in-browser.ts';
import { useBrowser } from '../support/browser.ts';

const browser = useBrowser();

test('a name that is too long is said to be, and what was renamed keeps its name', async () => {
  const { page } = await signUpInBrowser(browser);
  await makeFolder(page, 'Plans');
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/commit')) sent.push(request.url());
  });
  await page.getByRole('grid').focus();
  await page.keyboard.press('F2');
  await page.getByLabel('New name of Plans').fill('ü'.repeat(128));
  await page.keyboard.press('Enter');
  await page.getByText('This name is too long. Shorten it.').waitFor();
  // It can be shortened where it stands.
  expect(await page.getByLabel('New name of Plans').inputValue()).toBe('ü'.repeat(128));
  await page.getByRole('heading', { name: 'All files' }).click();
  await entry(page, 'Plans').waitFor();
  expect(sent).toEqual([]);
});

test('a row that goes while its name is typed comes back as a row', async () => {
  const { page: mine, email } = await signUpInBrowser(browser);
  await makeFolder(mine, 'Passing');
  await makeFolder(mine, 'Kept');
  const other = await signInInBrowser(browser, email);
  await other.getByText('Up to date').waitFor();
  await entry(other, 'Passing').click({ position: { x: 400, y: 10 } });
  await other.keyboard.press('F2');
  await other.getByLabel('New name of Passing').fill('Half a na');
  await entry(mine, 'Passing').click({ position: { x: 400, y: 10 } });
  await mine.keyboard.press('Delete');
  await other.getByLabel('New name of Passing').waitFor({ state: 'detached' });
  await other.waitForFunction(() => document.activeElement?.getAttribute('role') === 'grid');
  await mine.getByRole('button', { name: 'Undo' }).last().click();
  await entry(other, 'Passing').waitFor();
  expect(await other.getByLabel('New name of Passing').count()).toBe(0);
});

test('the details of an entry with a very long name leave room for what they tell', async () => {
  const { page } = await signUpInBrowser(browser);
  const name = 'a very long name '.repeat(14).trim();
  await makeFolder(page, name);
  await page.getByRole('button', { name: 'Details' }).click();
  const heading = page.getByRole('complementary', { name: 'Details' }).getByRole('heading', { name });
  await heading.waitFor();
  expect(await heading.getAttribute('title')).toBe(name);
  const lines = await heading.evaluate(
    (element) => element.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(element).lineHeight),
  );
  expect(Math.round(lines)).toBe(3);
});
