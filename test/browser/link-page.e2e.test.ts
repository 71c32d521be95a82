import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CreateLinkRequest, NodeId } from '@syncline/protocol';
import type { Page } from 'playwright-core';
import {
  type ApiDevice,
  newEmail,
  newOpId,
  openApiDevice,
  putOperation,
  uploadBytes,
  valueOf,
} from '../support/api-device.ts';
import { expectNoAxeViolations, useBrowser, webUrl } from '../support/browser.ts';
import { pdfOf } from '../support/documents.ts';
import { WAV_BYTES_A_SECOND, wavOf } from '../support/wav-sound.ts';

/** Names that would do something if a page took them for a part of itself. */
const HOSTILE = [
  '<img src=x onerror="globalThis.hacked = true">.html',
  '"><script>globalThis.hacked = true;<script>',
  'data:text-html,hacked',
];

const browser = useBrowser();
let owner: ApiDevice;

beforeAll(async () => {
  owner = await openApiDevice({ apiUrl: webUrl(), email: newEmail() });
});

async function commit(operation: object): Promise<NodeId> {
  const { results } = valueOf(await owner.api.commit({ body: { operations: [operation as never] } }));
  const [result] = results;
  if (result?.status !== 'committed') throw new Error(`not committed: ${JSON.stringify(result)}`);
  return result.node.nodeId;
}

async function makeFolder(name: string): Promise<NodeId> {
  const { homeNamespaceId: namespaceId } = owner.account;
  return commit({ type: 'mkdir', opId: newOpId(), namespaceId, parentId: namespaceId, name });
}

async function putFile(name: string, bytes: Uint8Array, parentId?: NodeId): Promise<NodeId> {
  const operation = putOperation(owner, { name, uploadId: await uploadBytes(owner, bytes) });
  return commit(parentId === undefined ? operation : { ...operation, parentId });
}

async function makeLink(nodeId: NodeId, options: Partial<CreateLinkRequest> = {}) {
  const body = { role: 'view' as const, namespaceId: owner.account.homeNamespaceId, nodeId, ...options };
  const { token, link } = valueOf(await owner.api.createLink({ body }));
  return { address: `/l/${token}`, apiAddress: `/v1/public/${token}`, linkId: link.linkId };
}

/** What a click on a button downloads. */
async function downloadBy(page: Page, button: string | RegExp) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

const isHacked = (page: Page) => page.evaluate(() => Object.hasOwn(globalThis, 'hacked'));

describe('the link to a file', () => {
  const bytes = randomBytes(300_000);

  test('shows it to a browser, gives it as often as it says, and then tells that it is used up', async () => {
    const { address, apiAddress } = await makeLink(await putFile('photo of the bay.jpg', bytes), { maxUses: 2 });
    // As the command line prints it.
    const page = await browser.openApp(`${apiAddress}/download`);
    expect(new URL(page.url()).pathname).toBe(address);
    await page.getByRole('heading', { name: 'photo of the bay.jpg' }).waitFor();
    await page.getByText('Downloads left: 2').waitFor();
    await expectNoAxeViolations(page);
    expect(await downloadBy(page, 'Download')).toEqual({ name: 'photo of the bay.jpg', bytes });
    await page.getByText('every byte is checked').waitFor();
    await page.getByText('Downloads left: 1').waitFor();
    // As curl -L does.
    const direct = await fetch(webUrl() + address, { headers: { accept: '*/*' } });
    expect(Buffer.from(await direct.arrayBuffer()).equals(bytes)).toBe(true);
    await page.reload();
    await page.getByRole('heading', { name: 'This link was used as often as it may be' }).waitFor();
  });

  test('asks for its password, takes no other, and no end of guesses', async () => {
    const nodeId = await putFile('secret.txt', bytes);
    const { address } = await makeLink(nodeId, { password: 'open sesame' });
    const page = await browser.openApp(address);
    const guess = async (password: string): Promise<void> => {
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Open' }).click();
      await page.getByRole('button', { name: 'Open', disabled: true }).waitFor({ state: 'detached' });
    };
    await guess('guess');
    await page.getByText('This is not the password of the link.').waitFor();
    expect(await page.getByText('secret.txt').count()).toBe(0);
    await expectNoAxeViolations(page);
    await guess('open sesame');
    await page.getByRole('heading', { name: 'secret.txt' }).waitFor();
    expect(await downloadBy(page, 'Download')).toEqual({ name: 'secret.txt', bytes });
    expect(page.url()).not.toContain('sesame');

    await page.reload();
    for (let index = 0; index < 5; index++) await guess(`guess ${index}`);
    await page.getByRole('heading', { name: 'Too many attempts' }).waitFor();
    await page.getByText(/Try again in 1\d min\./).waitFor();
  });
});

/** A film or a picture that the browser has read, by its size; a text or the pages of a PDF by what they say. */
function looksOf(page: Page) {
  const dialog = page.getByRole('dialog');
  return {
    dialog,
    picture: (name: string) =>
      dialog.getByRole('img', { name }).evaluate(async (element) => {
        const image = element as HTMLImageElement;
        await image.decode();
        return [image.naturalWidth, image.naturalHeight];
      }),
    sound: () =>
      dialog.locator('audio').evaluate(async (element) => {
        const player = element as HTMLMediaElement;
        if (player.readyState < 1) await new Promise((resolve) => player.addEventListener('loadedmetadata', resolve));
        player.currentTime = player.duration - 1;
        await new Promise((resolve) => player.addEventListener('seeked', resolve, { once: true }));
        return Math.round(player.currentTime);
      }),
    text: (text: string) => dialog.getByText(text).waitFor(),
    next: () => dialog.getByRole('button', { name: 'Next file' }).click(),
  };
}

test('files of a link are looked at without an account, whoever made them and whatever they hold', async () => {
  browser.allow(/Content Security Policy|Failed to load resource/);
  const folder = await makeFolder('to look at');
  const seconds = 40;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20" onload="globalThis.hacked=1"><script>globalThis.hacked=1</script></svg>`;
  await putFile('a picture.svg', Buffer.from(svg), folder);
  await putFile('b page.html', Buffer.from('<script>globalThis.hacked=1</script>words of a page'), folder);
  await putFile('c document.pdf', pdfOf('Words of a PDF.'), folder);
  await putFile('d table.csv', Buffer.from('name,sum\n<img src=x onerror=globalThis.hacked=1>,12\n'), folder);
  await putFile('e sound.wav', wavOf(seconds * WAV_BYTES_A_SECOND), folder);
  await putFile('f broken.png', Buffer.from('<script>globalThis.hacked=1</script>'), folder);
  await putFile('g unknown.bin', randomBytes(10), folder);
  const { address } = await makeLink(folder, { password: 'open sesame' });
  const page = await browser.openApp(address);
  await page.getByLabel('Password').fill('open sesame');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('button', { name: 'a picture.svg', exact: true }).click();
  const { dialog, picture, sound, text, next } = looksOf(page);
  expect(await picture('a picture.svg')).toEqual([30, 20]);
  await next();
  await text('<script>globalThis.hacked=1</script>words of a page');
  await next();
  await text('Words of a PDF.');
  await expectNoAxeViolations(page);
  await next();
  await dialog.getByRole('cell', { name: '<img src=x onerror=globalThis.hacked=1>' }).waitFor();
  await next();
  expect(await sound()).toBe(seconds - 1);
  await next();
  await text('This cannot be shown');
  expect(await dialog.getByRole('button', { name: 'Next file' }).isDisabled()).toBe(true);
  await dialog.getByRole('button', { name: 'Close' }).click();
  expect(await page.getByRole('button', { name: 'g unknown.bin', exact: true }).count()).toBe(0);
  expect(await isHacked(page)).toBe(false);
  expect(page.url()).not.toContain('sesame');
  // An address of a content is worth nothing away from the page that shows it.
  const stranger = await browser.openApp(address);
  const used = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  const content = used.find((name) => name.includes('/content/')) ?? '';
  const read = (by: Page) => by.evaluate(async (path) => (await fetch(path)).text(), content);
  expect(await read(page)).toContain('hacked');
  expect(await read(stranger)).not.toContain('hacked');
});

test('whoever looks at a file uses up one download of its link, however often the browser asks', async () => {
  const { address } = await makeLink(await putFile('notes.txt', Buffer.from('a few words')), { maxUses: 2 });
  const page = await browser.openApp(address);
  await page.getByText('Previews count as downloads').waitFor();
  for (let index = 0; index < 3; index++) {
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('dialog').getByText('a few words').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  }
  await page.getByText('Downloads left: 1').waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Preview' }).waitFor();
  expect(await page.getByText(/^Downloads left/).textContent()).toBe('Downloads left: 1');
});

test('the link to a folder lists it whatever the names in it say, and gives each file', async () => {
  const folder = await makeFolder('from <b>us<b>');
  const below = await commit({
    type: 'mkdir',
    opId: newOpId(),
    namespaceId: owner.account.homeNamespaceId,
    parentId: folder,
    name: 'deeper',
  });
  for (const name of HOSTILE)
    await putFile(name, Buffer.from(`<script>globalThis.hacked = true</script>${name}`), folder);
  await putFile('deep.txt', Buffer.from('deep down'), below);
  const { address } = await makeLink(folder);
  const page = await browser.openApp(address);
  await page.getByRole('heading', { name: 'from <b>us<b>' }).waitFor();
  for (const name of HOSTILE) await page.getByText(name, { exact: true }).waitFor();
  await expectNoAxeViolations(page);
  const [hostile = ''] = HOSTILE;
  const { bytes } = await downloadBy(page, `Download ${hostile}`);
  expect(bytes.toString()).toContain('globalThis.hacked');
  await page.getByRole('button', { name: 'deeper' }).click();
  expect(await downloadBy(page, 'Download deep.txt')).toEqual({ name: 'deep.txt', bytes: Buffer.from('deep down') });
  await page.getByRole('navigation', { name: 'Path' }).getByRole('button', { name: 'from <b>us<b>' }).click();
  const archive = await downloadBy(page, 'Download all as ZIP');
  expect(archive.name).toContain('.zip');
  // The directory at the end of an archive names all that is in it.
  for (const name of [...HOSTILE, 'deeper/deep.txt']) expect(archive.bytes.includes(Buffer.from(name))).toBe(true);
  await page.getByText(hostile, { exact: true }).waitFor();
  expect(await isHacked(page)).toBe(false);
});

test('what a link downloads through the origin of the app can never run there', async () => {
  const nodeId = await putFile('page.html', Buffer.from('<script>document.title = "hacked"</script>'));
  const { apiAddress } = await makeLink(nodeId);
  const { headers } = await fetch(`${webUrl()}${apiAddress}/download?nodeId=${nodeId}`, { redirect: 'manual' });
  expect(headers.get('content-security-policy')).toContain('sandbox');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test('a link for uploads takes what a visitor gives, shows nothing of what is there, and ends when its owner says so', async () => {
  const inbox = await makeFolder('inbox');
  await putFile('private.txt', Buffer.from('not for visitors'), inbox);
  const { address, linkId } = await makeLink(inbox, { role: 'upload' });
  const page = await browser.openApp(address);
  await page.getByRole('heading', { name: 'Send files' }).waitFor();
  await expectNoAxeViolations(page);
  const large = randomBytes(3_000_000);
  await page.locator('input[type=file]').setInputFiles([
    { name: 'large.bin', mimeType: 'application/octet-stream', buffer: large },
    { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') },
  ]);
  await page.getByText('Sent', { exact: true }).nth(1).waitFor();
  expect(await page.getByText('private.txt').count()).toBe(0);
  const query = { namespaceId: owner.account.homeNamespaceId };
  const { nodes } = valueOf(await owner.api.listChildren({ parameters: { nodeId: inbox }, query }));
  const sizes = Object.fromEntries(nodes.map(({ name, size }) => [name, size]));
  expect(sizes).toEqual({ 'large.bin': large.length, 'note.txt': 5, 'private.txt': 16 });
  valueOf(await owner.api.revokeLink({ parameters: { linkId } }));
  await page.reload();
  await page.getByRole('heading', { name: 'This link was ended' }).waitFor();
});

test('a file whose name is too long is told so before anything of it is sent, and the others are sent', async () => {
  const { address } = await makeLink(await makeFolder('post box'), { role: 'upload' });
  const page = await browser.openApp(address);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(request.url());
  });
  const file = { mimeType: 'text/plain', buffer: Buffer.from('hello') };
  const input = page.locator('input[type=file]');
  await input.setInputFiles([{ name: `${'ü'.repeat(128)}.txt`, ...file }]);
  const tooLong = page.getByText('This name is too long. Shorten it, and send the file again.');
  await tooLong.waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  expect(sent).toEqual([]);
  await input.setInputFiles([{ name: 'short.txt', ...file }]);
  await page.getByText('Sent', { exact: true }).waitFor();
  await tooLong.waitFor();
});

test('of more files than can be sent at once, those that were left out are told', async () => {
  const { address } = await makeLink(await makeFolder('full post box'), { role: 'upload' });
  const page = await browser.openApp(address);
  const text = { mimeType: 'text/plain', buffer: Buffer.from('') };
  const many = Array.from({ length: 502 }, (_, index) => ({ name: `${index}${'ü'.repeat(128)}`, ...text }));
  await page.locator('input[type=file]').setInputFiles(many);
  await page.getByText('At most 500 files go at a time. 2 were left out').waitFor();
  expect(await page.getByRole('listitem').count()).toBe(500);
});

test('an address that leads nowhere says so, in the language of the browser', async () => {
  const german = await browser.newProfile({ locale: 'de-DE' });
  for (const path of [`/l/${'x'.repeat(43)}`, '/l/incomplete']) {
    const page = await browser.openApp(path, german);
    await page.getByRole('heading', { name: 'Diesen Link gibt es nicht' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
  }
});
