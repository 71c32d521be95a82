import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MiB, type NodeId, rootNodeId } from '@syncline/protocol';
import type { BrowserContext, Page } from 'playwright-core';
import type { createUploads, Uploads } from '../../web/src/transfers/create-transfers.ts';
import { type ApiDevice, newEmail, openApiDevice } from '../support/api-device.ts';
import { type ModuleServer, serveModules } from '../support/app-module.ts';
import { useBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { sharedStack } from '../support/shared-stack.ts';

/** Of `npm run nightly` a gibibyte. */
const LARGE_BYTES = Number(process.env['SYNCLINE_UPLOAD_BYTES'] ?? 96 * MiB);
/** For all of it, on a machine that does much else. */
const LARGE_MS_MAX = 60_000 + LARGE_BYTES / 500;

type CreateUploads = typeof createUploads;

declare global {
  var uploads: Uploads;
}

const browser = useBrowser();
let directory: string;
let modules: ModuleServer;
beforeAll(async () => {
  modules = await serveModules(['web/src/transfers/create-transfers.ts', 'web/src/transfers/upload-worker.ts']);
  directory = await mkdtemp(join(tmpdir(), 'syncline-uploads-'));
});
afterAll(async () => {
  await modules.close();
  await rm(directory, { recursive: true });
});

/** A page of the app with the uploads of an account, which starts as the app starts it. */
async function openUploads(profile: BrowserContext, device: ApiDevice): Promise<Page> {
  const page = await browser.openApp(modules.url, profile);
  const { accessToken, deviceId, account } = device;
  await page.evaluate(
    async (given) => {
      const address = '/test/web/src/transfers/create-transfers.js';
      const { createUploads } = (await import(address)) as { readonly createUploads: CreateUploads };
      const tokens = { current: async () => given.accessToken, renew: async () => undefined };
      globalThis.uploads = createUploads({ ...given, apiUrl: location.origin, tokens });
      const input = document.createElement('input');
      input.type = 'file';
      input.multiple = true;
      document.body.append(input);
    },
    { accessToken, deviceId, accountId: account.accountId },
  );
  return page;
}

function choose(page: Page, files: string | readonly string[]): Promise<void> {
  return page.locator('input[type=file]').setInputFiles(typeof files === 'string' ? files : [...files]);
}

/** Uploads what was chosen, as files of folders that `folders` names. */
function upload(page: Page, device: ApiDevice, folders: readonly (readonly string[])[] = []): Promise<void> {
  const { homeNamespaceId: namespaceId } = device.account;
  const target = { namespaceId, folderId: rootNodeId(namespaceId) };
  return page.evaluate(
    ({ to, places }) => {
      const files = [...(document.querySelector('input')?.files ?? [])];
      const handed = files.map((file, index) => ({ file, folders: places[index] ?? [] }));
      globalThis.uploads.upload({ files: handed, emptyFolders: [] }, to);
    },
    { to: target, places: folders },
  );
}

function stateOf(page: Page) {
  return page.evaluate(() => globalThis.uploads.state());
}

/** Memory of the page's process and its workers that scripts use, in bytes. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

async function childrenOf({ api }: ApiDevice, nodeId: NodeId) {
  const answer = await api.listChildren({ parameters: { nodeId }, query: {} });
  if (!answer.ok) throw new Error(answer.problem.detail);
  return answer.value.nodes;
}

test('a folder of small and larger files arrives, with its folders', async () => {
  const device = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
  const folder = await mkdtemp(join(directory, 'folder-'));
  const names = Array.from({ length: 120 }, (_, index) => `${index}.txt`);
  for (const name of names) await writeFile(join(folder, name), `this is ${name}`);
  await writeFile(join(folder, 'picture.raw'), randomBytes(3 * MiB));
  const page = await openUploads(await browser.newProfile(), device);
  const all = [...names, 'picture.raw'];
  await choose(
    page,
    all.map((name) => join(folder, name)),
  );
  await upload(
    page,
    device,
    all.map((_, index) => ['holiday', `day ${index % 2}`]),
  );
  await eventually(async () => expect((await stateOf(page)).totals).toMatchObject({ files: 121, doneFiles: 121 }));
  const [holiday] = await childrenOf(device, rootNodeId(device.account.homeNamespaceId));
  const days = await childrenOf(device, holiday?.nodeId ?? rootNodeId(device.account.homeNamespaceId));
  expect([holiday?.name, days.map(({ name }) => name)]).toEqual(['holiday', ['day 0', 'day 1']]);
});

test(
  'a large file goes on where it was after a reload in its middle, in bounded memory',
  async () => {
    const device = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
    const path = join(directory, 'large.bin');
    await mkdir(directory, { recursive: true });
    // Bytes of their own at the front, and every 16 MiB, so that chunks differ; the rest is read as it would be of any file.
    await writeFile(path, randomBytes(Math.min(LARGE_BYTES, 64 * MiB)));
    for (let size = 64 * MiB; size < LARGE_BYTES; size += 64 * MiB)
      await writeFile(path, randomBytes(64 * MiB), { flag: 'a' });
    await truncate(path, LARGE_BYTES);
    const profile = await browser.newProfile();
    const page = await openUploads(profile, device);
    await choose(page, path);
    await upload(page, device);
    await page.waitForFunction((bytes) => globalThis.uploads.state().totals.sentBytes > bytes, LARGE_BYTES / 3, {
      timeout: LARGE_MS_MAX,
    });
    const { sentBytes: sent } = (await stateOf(page)).totals;
    await page.close();

    const again = await openUploads(profile, device);
    const id = await eventually(async () => {
      const [item] = (await stateOf(again)).items;
      expect(item).toMatchObject({ name: 'large.bin', status: 'needs-file', size: LARGE_BYTES });
      return item?.id ?? '';
    });
    let put = 0;
    again.on('request', (request) => {
      if (request.method() === 'PUT') put += request.postDataBuffer()?.length ?? 0;
    });
    await choose(again, path);
    await again.evaluate((given) => {
      const file = document.querySelector('input')?.files?.[0];
      if (file !== undefined) globalThis.uploads.giveFile(given, file);
    }, id);
    await again.waitForFunction(() => globalThis.uploads.state().totals.doneFiles === 1, undefined, {
      timeout: LARGE_MS_MAX,
    });
    // What was stored before the reload is not sent again, but for what was on its way.
    expect(put).toBeLessThan(LARGE_BYTES - sent + 64 * MiB);
    expect(await heapOf(again)).toBeLessThan(256 * MiB);
    const [file] = await childrenOf(device, rootNodeId(device.account.homeNamespaceId));
    expect(file).toMatchObject({ name: 'large.bin', size: LARGE_BYTES });
  },
  2 * LARGE_MS_MAX,
);
