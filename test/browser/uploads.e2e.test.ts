import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MiB, type NodeId, rootNodeId } from '@syncline/protocol';
import type { BrowserContext, Page, Route } from 'playwright-core';
import { type ApiDevice, newEmail, openApiDevice, PASSWORD, valueOf } from '../support/api-device.ts';
import { entry } from '../support/app-in-browser.ts';
import { useBrowser, webUrl } from '../support/browser.ts';
import { watchMemory } from '../support/browser-memory.ts';
import { eventually } from '../support/eventually.ts';
import { OwnChromium } from '../support/own-chromium.ts';
import { sharedStack } from '../support/shared-stack.ts';

/** Of `npm run nightly` a gibibyte. */
const LARGE_BYTES = Number(process.env['SYNCLINE_UPLOAD_BYTES'] ?? 32 * MiB);
/** Chunks that are let through before the page, or the browser, ends … */
const LET_THROUGH = Math.floor(LARGE_BYTES / MiB / 3);
/** … and those that must be stored then: a busy store refuses one now and then, and its repeat is held. */
const STORED_LEAST = Math.ceil(LET_THROUGH / 2);
/** For all of it, on a machine that does much else. */
const LARGE_MS_MAX = 120_000 + LARGE_BYTES / 500;
const PIECE_BYTES = 64 * MiB;
/** Read to name its chunks, and not sent. */
const READ_BYTES = 640 * MiB;
/** What that may take of pages and workers: far less than the file, and more than a collector leaves on a busy machine. */
const READ_MB_MAX = 400;
/** Of all that the scripts of the page have, whatever the size of the file. */
const HEAP_BYTES_MAX = 64 * MiB;

const browser = useBrowser();
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-uploads-'));
});
afterAll(() => rm(directory, { recursive: true }));

interface Person {
  readonly device: ApiDevice;
  readonly email: string;
}

async function newPerson(): Promise<Person> {
  const email = newEmail();
  return { email, device: await openApiDevice({ apiUrl: sharedStack().apiUrl, email }) };
}

async function signIn(profile: BrowserContext, { email }: Person): Promise<Page> {
  const page = await browser.openApp(webUrl(), profile);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Upload', exact: true }).waitFor();
  return page;
}

const isChunk = (url: string): boolean => url.includes('/chunks/') && url.includes('X-Amz-Signature');

/** Chunks by their keys, as the store has confirmed them to a browser. */
interface SeenChunks {
  readonly stored: ReadonlySet<string>;
  /** Hashes of those that the browser has told the service of. */
  readonly reported: ReadonlySet<string>;
}

function watchChunks(profile: BrowserContext): SeenChunks {
  const seen = { stored: new Set<string>(), reported: new Set<string>() };
  profile.on('response', (response) => {
    const request = response.request();
    const url = response.url();
    if (request.method() === 'PUT' && isChunk(url) && response.status() === 200) seen.stored.add(new URL(url).pathname);
    if (request.method() !== 'POST' || !/\/uploads\/[^/]+\/chunks/.test(url) || !response.ok()) return;
    const { stored } = request.postDataJSON() as { readonly stored?: readonly string[] };
    for (const hash of stored ?? []) seen.reported.add(hash);
  });
  return seen;
}

/** Lets so many chunks through, and holds all others: so the page ends in the middle on any machine. */
async function holdAfter(profile: BrowserContext, chunks: number): Promise<void> {
  let left = chunks;
  await profile.route(
    (url) => isChunk(url.href),
    async (route: Route) => {
      if (route.request().method() !== 'PUT') return route.continue();
      left -= 1;
      if (left >= 0) return route.continue();
      // Neither goes on nor fails: it ends with the page.
      return undefined;
    },
  );
}

async function untilInMiddle(seen: SeenChunks): Promise<ReadonlySet<string>> {
  await eventually(() => {
    expect(seen.stored.size).toBeGreaterThanOrEqual(STORED_LEAST);
    expect(seen.reported.size).toBeGreaterThan(0);
  });
  return new Set(seen.stored);
}

async function untilUploaded(page: Page): Promise<void> {
  await page.getByRole('region', { name: 'Uploads' }).getByText('1 file uploaded').waitFor({ timeout: LARGE_MS_MAX });
}

/** Memory that scripts of the page use, in bytes. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

async function childrenOf({ api }: ApiDevice, nodeId: NodeId) {
  return valueOf(await api.listChildren({ parameters: { nodeId }, query: {} })).nodes;
}

async function onlyFileOf({ device }: Person) {
  const [file] = await childrenOf(device, rootNodeId(device.account.homeNamespaceId));
  return file;
}

test('a folder of small and larger files is uploaded with the folders in it', async () => {
  const person = await newPerson();
  const folder = join(directory, 'holiday');
  const names = Array.from({ length: 60 }, (_, index) => `${index}.txt`);
  for (const day of ['day 0', 'day 1']) await mkdir(join(folder, day), { recursive: true });
  for (const [index, name] of names.entries())
    await writeFile(join(folder, `day ${index % 2}`, name), `this is ${name}`);
  await writeFile(join(folder, 'picture.raw'), randomBytes(3 * MiB));
  const page = await signIn(await browser.newProfile(), person);
  await page.locator('input[data-upload=folder]').setInputFiles(folder);
  await page.getByRole('region', { name: 'Uploads' }).getByText('61 files uploaded').waitFor();
  await entry(page, 'holiday').waitFor();
  const holiday = await onlyFileOf(person);
  const inside = await childrenOf(person.device, holiday?.nodeId ?? rootNodeId(person.device.account.homeNamespaceId));
  const found = new Map(inside.map((node) => [node.name, node]));
  expect([...found.keys()].toSorted()).toEqual(['day 0', 'day 1', 'picture.raw']);
  const days = await childrenOf(
    person.device,
    found.get('day 1')?.nodeId ?? rootNodeId(person.device.account.homeNamespaceId),
  );
  expect(days.map(({ name }) => name).toSorted()).toEqual(names.filter((_, index) => index % 2 === 1).toSorted());
});

test(
  'a large file goes on after a reload in its middle, and nothing that is stored is sent again',
  async () => {
    const person = await newPerson();
    const path = join(directory, 'large.bin');
    for (let size = 0; size < LARGE_BYTES; size += PIECE_BYTES)
      await writeFile(path, randomBytes(Math.min(PIECE_BYTES, LARGE_BYTES - size)), { flag: 'a' });
    const profile = await browser.newProfile();
    const page = await signIn(profile, person);
    const seen = watchChunks(profile);
    await holdAfter(profile, LET_THROUGH);
    await page.locator('input[data-upload=files]').setInputFiles(path);
    const before = await untilInMiddle(seen);
    await page.reload();
    await profile.unrouteAll();

    const panel = page.getByRole('region', { name: 'Uploads' });
    await panel.getByText('Interrupted. Choose the same file to go on.').waitFor();
    const sent: string[] = [];
    profile.on('request', (request) => {
      if (request.method() === 'PUT' && isChunk(request.url())) sent.push(new URL(request.url()).pathname);
    });
    await panel.locator('input[type=file]').setInputFiles(path);
    await untilUploaded(page);
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.filter((key) => before.has(key))).toEqual([]);
    expect(await heapOf(page)).toBeLessThan(HEAP_BYTES_MAX);
    expect(await onlyFileOf(person)).toMatchObject({ name: 'large.bin', size: LARGE_BYTES });
  },
  2 * LARGE_MS_MAX,
);

test(
  'reading a file to name its chunks takes the memory of some pieces, however large it is',
  async () => {
    const path = join(directory, 'read.bin');
    await writeFile(path, '');
    await truncate(path, READ_BYTES);
    const profile = await browser.newProfile();
    const page = await signIn(profile, await newPerson());
    await holdAfter(profile, 0);
    const { growthMb } = await watchMemory(page, async () => {
      // The first chunk is sent when all of them have their names.
      const sent = profile.waitForEvent('request', {
        predicate: (request) => request.method() === 'PUT' && isChunk(request.url()),
        timeout: LARGE_MS_MAX,
      });
      await page.locator('input[data-upload=files]').setInputFiles(path);
      await sent;
    });
    // Where the system does not tell what processes take, it is not a number.
    expect(growthMb > READ_MB_MAX).toBe(false);
  },
  2 * LARGE_MS_MAX,
);

/** Makes a file in the page's own file system, whose handle a drop hands on as one of the disk would be. */
async function dropFileWithHandle(page: Page): Promise<void> {
  await page.evaluate(
    async ({ bytes, piece }) => {
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle('film.bin', { create: true });
      const writing = await handle.createWritable();
      for (let size = 0; size < bytes; size += piece) {
        const part = new Uint8Array(Math.min(piece, bytes - size));
        for (let at = 0; at < part.length; at += 65_536) crypto.getRandomValues(part.subarray(at, at + 65_536));
        await writing.write(part);
      }
      await writing.close();
      const dropped = new DataTransfer();
      dropped.items.add(await handle.getFile());
      Object.defineProperty(DataTransferItem.prototype, 'getAsFileSystemHandle', { value: async () => handle });
      document
        .querySelector('[data-drop]')
        ?.dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, bubbles: true, cancelable: true }));
    },
    { bytes: LARGE_BYTES, piece: PIECE_BYTES },
  );
}

test(
  'a file that was dropped goes on by itself after the browser was killed, by the handle that it gave',
  async () => {
    const person = await newPerson();
    const own = await OwnChromium.create();
    try {
      const profile = await own.start();
      const page = await signIn(profile, person);
      const seen = watchChunks(profile);
      await holdAfter(profile, LET_THROUGH);
      await dropFileWithHandle(page);
      const before = await untilInMiddle(seen);
      await own.kill();

      const again = await own.start();
      const sent: string[] = [];
      again.on('request', (request) => {
        if (request.method() === 'PUT' && isChunk(request.url())) sent.push(new URL(request.url()).pathname);
      });
      await untilUploaded(await browser.openApp(webUrl(), again));
      expect(sent.length).toBeGreaterThan(0);
      expect(sent.filter((key) => before.has(key))).toEqual([]);
      expect(await onlyFileOf(person)).toMatchObject({ name: 'film.bin', size: LARGE_BYTES });
    } finally {
      await own.remove();
    }
  },
  2 * LARGE_MS_MAX,
);
