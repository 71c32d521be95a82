import { expect, test } from '@jest/globals';
import { newEmail, PASSWORD } from '../support/api-device.ts';
import { entry, makeFolder, signUpInBrowser } from '../support/app-in-browser.ts';
import { expectNoAxeViolations, useBrowser, webUrl } from '../support/browser.ts';
import { totpCode, wrongTotpCode } from '../support/totp.ts';

const browser = useBrowser();

/** Each view with words that it has once it is whole. */
const VIEWS = [
  ['/', 'Projects'],
  ['/recent', 'Nothing recent'],
  ['/starred', 'Nothing is starred'],
  ['/photos', /No photos yet|Photos need the search/],
  ['/shared', 'Nothing is shared yet'],
  ['/links', 'You have no links'],
  ['/trash', 'Spare'],
  ['/devices', 'This browser'],
  ['/usage', 'Earlier versions'],
  ['/settings', 'Set up an authenticator app'],
  ['/search', 'Sort by'],
  ['/nowhere', 'There is no such page'],
] as const;

test('every view can be used by everybody, in light and dark, on a screen and on a phone', async () => {
  const { page } = await signUpInBrowser(browser);
  await makeFolder(page, 'Projects');
  await makeFolder(page, 'Spare');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Deleted Spare.').waitFor();
  for (const [path, words] of VIEWS) {
    await page.goto(path);
    await page.locator('main').getByText(words).first().waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    await expectNoAxeViolations(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectNoAxeViolations(page);
    await page.setViewportSize({ width: 375, height: 700 });
    await expectNoAxeViolations(page);
    const overflow = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('main, main > *')].map(
        (element) => element.scrollWidth - element.clientWidth,
      ),
    );
    expect([path, Math.max(...overflow)]).toEqual([path, 0]);
    await page.setViewportSize({ width: 1280, height: 720 });
  }
});

test('a folder is shared with somebody, who joins; a link is made and revoked; nothing of it shuts anybody out', async () => {
  const { page } = await signUpInBrowser(browser);
  const friend = await signUpInBrowser(browser);
  await makeFolder(page, 'Team');
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Share this folder' }).click();
  await page.getByLabel('Invite by e-mail address').fill(friend.email);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await page.getByRole('button', { name: `Withdraw the invitation of ${friend.email}` }).waitFor();
  await expectNoAxeViolations(page);

  await friend.page.getByRole('link', { name: 'Shared' }).click();
  const code = (await page.locator('code').textContent()) ?? '';
  await friend.page.getByLabel('Invitation code').fill(code);
  await friend.page.getByRole('button', { name: 'Join' }).click();
  await friend.page.getByRole('link', { name: 'Team' }).click();
  await friend.page.getByRole('heading', { name: 'Team' }).waitFor();
  await makeFolder(friend.page, 'From a friend');
  await page.getByText('Team', { exact: true }).first().click();
  await entry(page, 'From a friend').waitFor();

  await entry(page, 'From a friend').click({ position: { x: 300, y: 10 } });
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Create a link' }).click();
  await page.getByLabel('Password (optional)').fill('open sesame');
  await page.getByRole('button', { name: 'Create a link' }).click();
  expect(await page.getByLabel('Address', { exact: true }).inputValue()).toMatch(
    new RegExp(`^${webUrl()}/l/[\\w-]{43}$`),
  );
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('with password').waitFor();
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('with password').waitFor({ state: 'detached' });
});

test('a forgotten password is replaced, a wrong one is refused, and signing out leaves nothing behind', async () => {
  const { page, email } = await signUpInBrowser(browser);
  await page.getByRole('button', { name: `Account: ${email}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Syncline' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in to Syncline' }).waitFor();
  await expectNoAxeViolations(page);

  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('not the password 1');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('The e-mail address or the password is wrong.').waitFor();
  await expectNoAxeViolations(page);

  await page.getByRole('button', { name: 'Forgot your password?' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Send code' }).click();
  // The user pool of the local stack always sends this one.
  await page.getByLabel('Code').fill('654321');
  await page.getByLabel('New password').fill(`${PASSWORD} new`);
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Set new password' }).click();
  await page.getByText('Your password is changed.').waitFor();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(`${PASSWORD} new`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Welcome to Syncline').waitFor();
});

test('with a second step each sign-in asks for a code of the authenticator app, takes no other, and asks no more once that is switched off', async () => {
  const { page, email } = await signUpInBrowser(browser);
  const wrong = page.getByRole('alert').getByText('The code is wrong. Type the one that your authenticator app shows');
  const signOutAndIn = async (): Promise<void> => {
    await page.getByRole('button', { name: `Account: ${email}` }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
  const secret = await page.getByLabel('Key', { exact: true }).inputValue();
  const address = await page.getByRole('link', { name: 'Open in the authenticator app' }).getAttribute('href');
  expect(address).toContain(`secret=${secret}&issuer=Syncline`);
  await page.getByLabel('Code').fill(wrongTotpCode(secret, Date.now()));
  await page.getByRole('button', { name: 'Switch on' }).click();
  await wrong.waitFor();
  await expectNoAxeViolations(page);
  await page.getByLabel('Code').fill(totpCode(secret, Date.now()));
  await page.getByRole('button', { name: 'Switch on' }).click();
  await page.getByText('Each sign-in asks for a code').waitFor();

  await signOutAndIn();
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
  await page.getByLabel('Code').fill(wrongTotpCode(secret, Date.now()));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await wrong.waitFor();
  await expectNoAxeViolations(page);
  expect(await page.getByRole('navigation', { name: 'Main navigation' }).count()).toBe(0);
  await page.getByLabel('Code').fill(totpCode(secret, Date.now()));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();

  await page.goto('/settings');
  await page.getByRole('button', { name: 'Ask for no code any more' }).click();
  await page.getByRole('button', { name: 'Set up an authenticator app' }).waitFor();
  await signOutAndIn();
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
});

test('no script can read a token from an address, a cookie or the local storage', async () => {
  const { page } = await signUpInBrowser(browser);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const bearer = page.waitForRequest((request) => request.url().endsWith('/v1/account'));
  await page.reload();
  const token = ((await bearer).headers()['authorization'] ?? '').replace('Bearer ', '');
  expect(token).toMatch(/^eyJ/);
  await page.getByText('Welcome to Syncline').waitFor();
  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]) + document.cookie);
  expect(kept).not.toMatch(/eyJ|token/i);
  expect(asked.filter((url) => url.includes(token))).toEqual([]);
});

test('an account that there is not cannot be signed in to', async () => {
  const page = await browser.openApp();
  await page.getByLabel('E-mail address').fill(newEmail());
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const told = await page.getByRole('alert').textContent();
  expect(told).toBe('The e-mail address or the password is wrong.');
});
