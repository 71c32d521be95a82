import { expect, test } from '@jest/globals';
import { createFetchTransport, downloadContent, systemClock, TransferGate, uploadFiles } from '@syncline/client';
import { MiB, type Node, type NodeId, opId, rootNodeId } from '@syncline/protocol';
import type { Page } from 'playwright-core';
import { type ApiDevice, newId, openApiDevice, valueOf } from '../support/api-device.ts';
import { entry, makeFolder, signInInBrowser, signUpInBrowser } from '../support/app-in-browser.ts';
import { expectNoAxeViolations, useBrowser } from '../support/browser.ts';
import { sharedStack } from '../support/shared-stack.ts';

const browser = useBrowser();
/** What a browser says of requests that have no network. */
const NO_NETWORK = /Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket/;

/** Another device of the account. */
async function openLaptop(email: string) {
  const device = await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  const { api, account } = device;
  const namespaceId = account.homeNamespaceId;
  const gate = new TransferGate({ tasksMax: 4, bytesMax: 16 * MiB });
  const work = { api, transport: createFetchTransport(), gate, clock: systemClock, random: Math.random };
  const commit = async (operation: object): Promise<Node> => {
    const named = { namespaceId, opId: opId(newId(), 0), ...operation };
    const { results } = valueOf(await api.commit({ body: { operations: [named as never] } }));
    const [result] = results;
    if (result?.status !== 'committed') throw new Error(`refused: ${JSON.stringify(result)}`);
    return result.node;
  };
  const store = async (text: string) => {
    const bytes = new TextEncoder().encode(text);
    const read = async ({ start, end }: { readonly start: number; readonly end: number }) => bytes.subarray(start, end);
    const [outcome] = await uploadFiles(work, [{ namespaceId, size: bytes.length, read }]);
    if (outcome?.kind !== 'uploaded') throw new Error('the upload was refused');
    return outcome.uploadId;
  };
  return {
    root: rootNodeId(namespaceId),
    makeFolder: (parentId: NodeId, name: string) => commit({ type: 'mkdir', parentId, name }),
    async write(parentId: NodeId, name: string, text: string) {
      return commit({ type: 'put', parentId, name, baseRev: 0, uploadId: await store(text), clock: 1 });
    },
    async edit({ nodeId, parentId, name, contentRev }: Node, text: string) {
      const at = { nodeId, parentId, name, baseRev: contentRev };
      return commit({ type: 'put', ...at, uploadId: await store(text), clock: contentRev + 1 });
    },
    children: (folderId: NodeId) => childrenOf(device, folderId),
    async read({ nodeId }: Node) {
      const parts: Uint8Array[] = [];
      const sink = { write: async (_: number, bytes: Uint8Array) => void parts.push(bytes.slice()) };
      await downloadContent(work, { namespaceId, nodeId }, { sink });
      return Buffer.concat(parts).toString();
    },
  };
}

async function childrenOf({ api, account }: ApiDevice, nodeId: NodeId): Promise<ReadonlyMap<string, Node>> {
  const query = { namespaceId: account.homeNamespaceId };
  const { nodes } = valueOf(await api.listChildren({ parameters: { nodeId }, query }));
  return new Map(nodes.map((node) => [node.name, node]));
}

/** Chooses from the menu of an entry. */
async function chooseFor(page: Page, name: string, action: string): Promise<void> {
  await entry(page, name)
    .getByRole('button', { name: `Actions for ${name}` })
    .click();
  await page.getByRole('menuitem', { name: action }).click();
}

async function editText(page: Page, name: string, text: string): Promise<void> {
  await chooseFor(page, name, 'Edit');
  await page.getByLabel(`Content of ${name}`).fill(text);
}

/** From then on the service worker opens the app. */
async function waitForServiceWorker(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller !== null) return;
    await new Promise((resolve) => {
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
    });
  });
}

test('without a network what is marked opens, changes wait over a reload, and meet what another device did', async () => {
  browser.allow(NO_NETWORK);
  const { page, email } = await signUpInBrowser(browser);
  const laptop = await openLaptop(email);
  const plans = await laptop.makeFolder(laptop.root, 'Plans');
  const notes = await laptop.write(plans.nodeId, 'notes.md', 'first notes');
  for (const name of ['old.txt', 'draft.txt', 'gone.txt']) await laptop.write(plans.nodeId, name, `text of ${name}`);
  await laptop.write(laptop.root, 'elsewhere.txt', 'not marked');
  await chooseFor(page, 'Plans', 'Make available offline');
  await page.getByText('Plans', { exact: true }).click();
  for (const name of ['notes.md', 'old.txt', 'draft.txt', 'gone.txt']) {
    await entry(page, name).getByText('Available offline', { exact: true }).waitFor();
  }
  await page.getByRole('button', { name: 'Show as tiles' }).click();
  const tile = page.getByRole('gridcell').filter({ has: page.getByText('notes.md', { exact: true }) });
  await tile.getByText('Available offline').waitFor();
  await page.getByRole('button', { name: 'Show as list' }).click();
  await waitForServiceWorker(page);

  await page.context().setOffline(true);
  await page.reload();
  await page.getByRole('heading', { name: 'Plans' }).waitFor();
  await page.getByText('You are offline.').waitFor();
  await page.getByText('notes.md', { exact: true }).click();
  await page.getByRole('dialog').getByText('first notes').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Content of notes.md').fill('mine');
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await entry(page, 'notes.md').getByText('Waits to be sent').waitFor();

  await chooseFor(page, 'old.txt', 'Rename');
  await page.getByLabel('New name of old.txt').fill('renamed.txt');
  await page.keyboard.press('Enter');
  await entry(page, 'renamed.txt').waitFor();
  await makeFolder(page, 'Drafts');
  await entry(page, 'draft.txt').dragTo(entry(page, 'Drafts'));
  await entry(page, 'draft.txt').waitFor({ state: 'detached' });
  await chooseFor(page, 'gone.txt', 'Delete');
  await entry(page, 'gone.txt').waitFor({ state: 'detached' });
  const file = { name: 'upload.txt', mimeType: 'text/plain', buffer: Buffer.from('uploaded offline') };
  await page.locator('[data-upload=files]').setInputFiles(file);
  await entry(page, 'upload.txt').waitFor();
  await expectNoAxeViolations(page);

  // Everything is there after a reload, also what was changed.
  await page.reload();
  await entry(page, 'renamed.txt').waitFor();
  await page.getByText('notes.md', { exact: true }).click();
  await page.getByRole('dialog').getByText('mine').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('6 changes wait to be sent.').waitFor();
  await page.getByRole('link', { name: 'All files' }).first().click();
  await page.getByText('Only what is available offline is shown.').waitFor();
  expect(await entry(page, 'elsewhere.txt').count()).toBe(0);
  await page.getByRole('link', { name: 'Recent' }).click();
  await page.getByText('This needs a connection').waitFor();
  await page.getByRole('link', { name: 'Show' }).click();
  await page.getByRole('list', { name: 'Waiting changes' }).getByText('upload.txt').waitFor();
  await expectNoAxeViolations(page);

  await laptop.edit(notes, 'theirs');
  await page.context().setOffline(false);
  const question = page.getByRole('dialog', { name: 'Changed elsewhere, too' });
  await question.getByText('notes.md was changed on another device').waitFor();
  await expectNoAxeViolations(page);
  await question.getByRole('button', { name: 'Keep both' }).click();
  await page.getByText('Everything is sent.').waitFor();
  await page.getByText('Your version is notes (conflicted copy').waitFor();

  const inside = await laptop.children(plans.nodeId);
  const copyName = [...inside.keys()].find((name) => name.startsWith('notes (conflicted copy')) ?? '';
  expect([...inside.keys()].toSorted((a, b) => a.localeCompare(b))).toEqual(
    [copyName, 'Drafts', 'notes.md', 'renamed.txt', 'upload.txt'].toSorted((a, b) => a.localeCompare(b)),
  );
  const read = async (name: string) => laptop.read(inside.get(name) as Node);
  expect(await read('notes.md')).toBe('theirs');
  expect(await read(copyName)).toBe('mine');
  expect(await read('renamed.txt')).toBe('text of old.txt');
  expect(await read('upload.txt')).toBe('uploaded offline');
  expect([...(await laptop.children((inside.get('Drafts') as Node).nodeId)).keys()]).toEqual(['draft.txt']);
});

test('a text is edited in the browser, and whoever was faster is asked about and not overwritten', async () => {
  const { page, email } = await signUpInBrowser(browser);
  const laptop = await openLaptop(email);
  const list = await laptop.write(laptop.root, 'list.txt', 'one\r\ntwo\r\n');
  await entry(page, 'list.txt').waitFor();
  await editText(page, 'list.txt', 'one\ntwo\nthree\n');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByLabel('Content of list.txt').waitFor({ state: 'detached' });
  await page.getByText(/Sending/).waitFor({ state: 'detached' });
  expect(await laptop.read(list)).toBe('one\r\ntwo\r\nthree\r\n');

  await editText(page, 'list.txt', 'mine\n');
  const [, present] = [...(await laptop.children(laptop.root))][0] ?? [];
  await laptop.edit(present as Node, 'theirs\n');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const question = page.getByRole('dialog', { name: 'Changed elsewhere, too' });
  await question.getByRole('button', { name: 'Keep mine' }).click();
  await page.getByText(/Sending|needs your decision/).waitFor({ state: 'detached' });
  expect(await laptop.read(list)).toBe('mine\r\n');
});

test('signing out warns of what was not sent, and leaves nothing of the account behind', async () => {
  browser.allow(NO_NETWORK);
  const { page, email } = await signUpInBrowser(browser);
  await makeFolder(page, 'Kept');
  await chooseFor(page, 'Kept', 'Make available offline');
  await entry(page, 'Kept').getByText('Available offline', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('list', { name: 'Available offline' }).getByText('Kept').waitFor();
  await expectNoAxeViolations(page);
  await page.getByRole('link', { name: 'All files' }).first().click();
  await page.context().setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await makeFolder(page, 'Never sent');
  const signOut = async (): Promise<void> => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
  };
  await signOut();
  await page.getByText('1 change was not sent yet.').waitFor();
  await page.getByRole('button', { name: 'Sign out anyway' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.waitForFunction(async () => {
    const databases = await indexedDB.databases();
    const names = [...databases.map(({ name = '' }) => name), ...(await caches.keys())];
    return names.every((name) => !/offline|kept/.test(name));
  });

  await page.context().setOffline(false);
  const other = await signInInBrowser(browser, email);
  await entry(other, 'Kept').waitFor();
  expect(await entry(other, 'Never sent').count()).toBe(0);
});
