import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import {
  dragFiles,
  dropFiles,
  entry,
  makeFolder,
  signInInBrowser,
  signUpInBrowser,
} from '../support/app-in-browser.ts';
import { useBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';

const browser = useBrowser();

test('a folder is handed over only after a question, and who gave it away cannot manage it any more', async () => {
  const { owner } = await shareTeam();
  const role = owner.getByLabel(/^What .* may do$/);
  await role.selectOption({ label: 'Make owner' });
  await owner.getByRole('dialog', { name: 'Hand Team over?' }).waitFor();
  await owner.keyboard.press('Escape');
  await owner.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await role.inputValue()).toBe('editor');

  await role.selectOption({ label: 'Make owner' });
  await owner.getByRole('dialog').getByRole('button', { name: 'Make owner' }).click();
  await owner.getByRole('button', { name: 'Stop sharing' }).waitFor({ state: 'detached' });
  await role.waitFor({ state: 'detached' });
});

test('what may only be read is not said to have moved out of a shared folder', async () => {
  const { owner, member } = await shareTeam();
  await openTeam(member);
  await makeFolder(member, 'Plans');
  await member.getByRole('button', { name: 'Move …' }).first().click();
  const dialog = member.getByRole('dialog');
  await dialog.waitFor();
  await owner.getByLabel(/^What .* may do$/).selectOption({ label: 'Can view' });
  await member.getByText('You can look at this folder, but not add to it.').waitFor();
  await dialog.getByRole('button', { name: 'All files' }).click();
  await dialog.getByRole('button', { name: 'Move here' }).click();
  await member.getByText(/You may not do this with Plans/).waitFor();
  await member.getByText('Copied Plans.').waitFor();
  expect(await member.getByText(/^Moved Plans/).count()).toBe(0);
});

test('a folder that is deleted elsewhere while it is open is said to be gone, and shown again when it is restored', async () => {
  const { page: mine, email } = await signUpInBrowser(browser);
  await makeFolder(mine, 'Passing');
  const other = await signInInBrowser(browser, email);
  await other.getByText('Up to date').waitFor();
  await other.getByText('Passing', { exact: true }).first().click();
  await other.getByText('This folder is empty').waitFor();
  await entry(mine, 'Passing').click({ position: { x: 400, y: 10 } });
  await mine.keyboard.press('Delete');
  await other.getByText('This folder is not here any more').waitFor();
  expect(await other.getByRole('button', { name: 'Upload', exact: true }).count()).toBe(0);
  await mine.getByRole('button', { name: 'Undo' }).last().click();
  await other.getByText('This folder is empty').waitFor();
});

test('a folder inside one that is deleted elsewhere is said to be gone too, and shown again when that is restored', async () => {
  const { page: mine, email } = await signUpInBrowser(browser);
  await makeFolder(mine, 'Around');
  await mine.getByText('Around', { exact: true }).first().dblclick();
  await makeFolder(mine, 'Inside');
  const other = await signInInBrowser(browser, email);
  await other.getByText('Up to date').waitFor();
  await other.getByText('Around', { exact: true }).first().click();
  await other.getByText('Inside', { exact: true }).first().click();
  await other.getByText('This folder is empty').waitFor();
  await other.getByRole('heading', { name: 'Inside' }).waitFor();
  await mine.getByRole('navigation', { name: 'Path' }).getByRole('link', { name: 'All files' }).click();
  await entry(mine, 'Around').click({ position: { x: 400, y: 10 } });
  await mine.keyboard.press('Delete');
  await other.getByText('This folder is not here any more').waitFor();
  expect(await other.getByRole('button', { name: 'Upload', exact: true }).count()).toBe(0);
  await mine.getByRole('button', { name: 'Undo' }).last().click();
  await other.getByText('This folder is empty').waitFor();
});

test('who may only look at a shared folder is told so, and offered nothing that would be refused', async () => {
  const { owner, member } = await shareTeam();
  await member.getByRole('link', { name: 'All files' }).click();
  await member.getByText('Team', { exact: true }).first().click();
  await member.getByText('This folder is empty').waitFor();
  const ways = member.getByRole('main').getByRole('button', { name: /^(Upload|New folder)/ });
  await ways.first().waitFor();
  const role = owner.getByLabel(/^What .* may do$/);
  await role.selectOption({ label: 'Can view' });
  await member.getByText('You can look at this folder, but not add to it.').waitFor();
  expect(await ways.count()).toBe(0);
  await member.getByText('This folder is empty').waitFor();
  await role.selectOption({ label: 'Can edit' });
  await ways.first().waitFor();
});

test('who may only look at a shared folder is not offered to change what is in it, by pointer or keyboard, nor there in the trash', async () => {
  const { owner, member } = await shareTeam();
  await openTeam(member);
  await makeFolder(member, 'Old');
  await member.getByRole('grid').focus();
  await member.keyboard.press('Delete');
  await entry(member, 'Old').waitFor({ state: 'detached' });
  await makeFolder(member, 'Plans');
  await owner.getByLabel(/^What .* may do$/).selectOption({ label: 'Can view' });
  await member.getByText('You can look at this folder, but not add to it.').waitFor();
  const toolbar = member.getByRole('main');
  await toolbar.getByText('1 selected').waitFor();
  expect(await toolbar.getByRole('button', { name: /^(Move …|Delete)$/ }).count()).toBe(0);

  const plans = entry(member, 'Plans');
  await plans.click({ button: 'right' });
  await member.getByRole('menuitem', { name: 'Copy …' }).waitFor();
  expect(await member.getByRole('menuitem', { name: /^(Rename|Move|Delete)/ }).count()).toBe(0);
  await member.keyboard.press('Escape');
  await member.getByRole('grid').focus();
  await member.keyboard.press('F2');
  await member.keyboard.press('Delete');
  await plans.waitFor();
  expect(await member.getByLabel('New name of Plans').count()).toBe(0);

  await member.getByRole('link', { name: 'Trash' }).click();
  await member.getByLabel('Trash of').selectOption({ label: 'Team' });
  await member.getByText('Old', { exact: true }).waitFor();
  expect(await member.getByRole('button', { name: /^(Restore|Delete)/ }).count()).toBe(0);
});

test('a shared folder where one may only look does not light up under a dragged file, and says why it takes none', async () => {
  const { owner, member } = await shareTeam();
  await openTeam(member);
  const file = fileURLToPath(import.meta.url);
  const isLit = () =>
    member.locator('[data-drop]').evaluate((element) => getComputedStyle(element, '::after').content !== 'none');
  await dragFiles(member, [file], { types: ['dragEnter', 'dragOver'] });
  await eventually(async () => expect(await isLit()).toBe(true));
  // It becomes a viewer's while the file is over it.
  await owner.getByLabel(/^What .* may do$/).selectOption({ label: 'Can view' });
  const toolbar = member.getByRole('main').getByText('You can look at this folder, but not add to it.');
  await toolbar.waitFor();
  expect(await isLit()).toBe(false);

  await dragFiles(member, [file], { types: ['dragOver'] });
  expect(await isLit()).toBe(false);
  const refusal = member.getByRole('region', { name: 'Messages' }).getByText('You can look at this folder');
  await dropFiles(member, [file]);
  await refusal.waitFor();
  await member.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Close' }).last().click();
  await refusal.waitFor({ state: 'detached' });
  await member.getByRole('heading', { name: 'Team' }).evaluate((heading) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(['a drawing'], 'image.png', { type: 'image/png' }));
    heading.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData }));
  });
  await refusal.waitFor();
  expect(await member.getByRole('region', { name: 'Uploads' }).count()).toBe(0);
  await member.getByText('This folder is empty').waitFor();
});

test('a folder that is dropped onto a shared one of its name goes into it, and is refused with the reason where one may only look', async () => {
  const { owner, member } = await shareTeam();
  const directory = await mkdtemp(join(tmpdir(), 'syncline-viewer-'));
  try {
    await mkdir(join(directory, 'Team', 'Plans'), { recursive: true });
    await writeFile(join(directory, 'Team', 'Plans', 'one.txt'), 'one');
    await member.getByRole('link', { name: 'All files' }).click();
    await entry(member, 'Team').waitFor();
    await dropFiles(member, [join(directory, 'Team')]);
    const panel = member.getByRole('region', { name: 'Uploads' });
    await panel.getByText('1 file uploaded').waitFor();
    await panel.getByRole('button', { name: 'Close the list of uploads' }).click();
    await entry(member, 'Team').getByText('Team', { exact: true }).click();
    await entry(member, 'Plans').waitFor();
    await member.goBack();
    await entry(member, 'Team').waitFor();

    await owner.getByLabel(/^What .* may do$/).selectOption({ label: 'Can view' });
    await mkdir(join(directory, 'Team', 'Empty'));
    await dropFiles(member, [join(directory, 'Team')]);
    await panel.getByText('2 files were not uploaded').waitFor();
    await panel.getByText('You can look at this folder, but not add to it.').first().waitFor();
    expect(await panel.getByText('You can look at this folder, but not add to it.').count()).toBe(2);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a code that lets nobody in stays where it was typed', async () => {
  const { page } = await signUpInBrowser(browser);
  await page.getByRole('link', { name: 'Shared', exact: true }).click();
  const code = page.getByLabel('Invitation code');
  await code.fill('not a code');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('region', { name: 'Messages' }).getByRole('paragraph').waitFor();
  expect(await code.inputValue()).toBe('not a code');
});

test('a name of a device that turns the text around it is shown by the numbers of its characters', async () => {
  const { page } = await signUpInBrowser(browser);
  await page.getByRole('link', { name: 'Devices' }).click();
  await page.getByRole('button', { name: /^Rename/ }).click();
  await page.getByLabel('Name of the device').fill('laptop \u202Egpj');
  await page.getByRole('button', { name: 'Save' }).click();
  const shown = page.getByText('laptop [U+202E]gpj', { exact: true });
  await shown.waitFor();
  expect(await shown.evaluate(({ tagName }) => tagName)).toBe('BDI');
});

test('what one tab does to links, stars and shared folders is seen in the other tabs of the browser', async () => {
  const { page: mine } = await signUpInBrowser(browser);
  await makeFolder(mine, 'Team');
  const [links, stars, shared] = await Promise.all(
    ['/links', '/starred', '/shared'].map((path) => browser.openApp(path, mine.context())),
  );
  for (const tab of [links, stars, shared]) await tab?.getByText('Up to date').waitFor();
  await mine.getByRole('button', { name: 'Share' }).first().click();
  await mine.getByRole('button', { name: 'Create a link' }).click();
  await mine.getByRole('button', { name: 'Create a link' }).click();
  await links?.getByText('/Team').waitFor();
  expect(await stars?.getByText('Team', { exact: true }).count()).toBe(0);
  await entry(mine, 'Team').click({ button: 'right' });
  await mine.getByRole('menuitem', { name: 'Add star' }).click();
  await stars?.getByText('Team', { exact: true }).waitFor();
  await mine.getByRole('button', { name: 'Share this folder' }).click();
  await shared?.getByRole('link', { name: 'Team' }).waitFor();
});

async function openTeam(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'All files' }).click();
  await page.getByText('Team', { exact: true }).first().click();
  await page.getByText('This folder is empty').waitFor();
}

/** Two people, of whom one has shared a folder with the other, who may edit in it. The owner sees who is in it. */
async function shareTeam(): Promise<{ readonly owner: Page; readonly member: Page }> {
  const { page: owner } = await signUpInBrowser(browser);
  const { page: member, email } = await signUpInBrowser(browser);
  await makeFolder(owner, 'Team');
  await owner.getByRole('button', { name: 'Share' }).first().click();
  await owner.getByRole('button', { name: 'Share this folder' }).click();
  await owner.getByLabel('Invite by e-mail address').fill(email);
  await owner.getByRole('button', { name: 'Invite', exact: true }).click();
  await owner.getByText(/is invited/).waitFor();
  await member.getByRole('link', { name: 'Shared', exact: true }).click();
  await member.getByRole('button', { name: 'Accept the invitation to Team' }).click();
  await member.getByText('Team is in your files now.').waitFor();
  await owner.getByLabel(/^What .* may do$/).waitFor();
  return { owner, member };
}
