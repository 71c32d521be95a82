import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { createApiClient, createFetchTransport, systemClock } from '@syncline/client';
import { MiB, type Node } from '@syncline/protocol';
import type { BrowserContext, Page } from 'playwright-core';
import type { saveArchive, saveFile } from '../../web/src/content/save-content.ts';
import type { serveReads } from '../../web/src/content/serve-reads.ts';
import { type ApiDevice, newEmail, openApiDevice } from '../support/api-device.ts';
import { signInInBrowser } from '../support/app-in-browser.ts';
import { type ModuleServer, serveModules } from '../support/app-module.ts';
import { expectNoAxeViolations, useBrowser } from '../support/browser.ts';
import { pdfOf } from '../support/documents.ts';
import { sharedStack } from '../support/shared-stack.ts';
import { storeFiles } from '../support/store-files.ts';
import { wavOf } from '../support/wav-sound.ts';

interface Harness {
  readonly saveFile: typeof saveFile;
  readonly saveArchive: typeof saveArchive;
}
declare global {
  var harness: Harness;
}

const browser = useBrowser();
let modules: ModuleServer;
beforeAll(async () => {
  const content = ['serve-reads', 'save-content'].map((name) => `web/src/content/${name}.ts`);
  modules = await serveModules(['client/src/index.ts', ...content]);
});
afterAll(() => modules.close());

/** A page of the app whose service worker reads by the account of a device. */
async function openPage(profile: BrowserContext, device: ApiDevice): Promise<Page> {
  const page = await browser.openApp(modules.url, profile);
  const { accessToken, deviceId } = device;
  await page.evaluate(
    async (given) => {
      const load = (path: string): Promise<unknown> => import(`/test/${path}.js`);
      const client = (await load('client/src/index')) as {
        readonly createApiClient: typeof createApiClient;
        readonly createFetchTransport: typeof createFetchTransport;
        readonly systemClock: typeof systemClock;
      };
      const tokens = { current: async () => given.accessToken, renew: async () => undefined };
      const api = client.createApiClient({
        baseUrl: location.origin,
        transport: client.createFetchTransport(),
        tokens,
        deviceId: given.deviceId,
        clock: client.systemClock,
        random: Math.random,
      });
      const { serveReads: serve } = (await load('web/src/content/serve-reads')) as {
        readonly serveReads: typeof serveReads;
      };
      serve(api);
      globalThis.harness = (await load('web/src/content/save-content')) as Harness;
      await navigator.serviceWorker.ready;
      if (navigator.serviceWorker.controller === null) {
        await new Promise((resolve) => {
          navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
        });
      }
    },
    { accessToken, deviceId },
  );
  return page;
}

function pathOf({ namespaceId, nodeId, contentRev, name }: Node): string {
  return `/content/${namespaceId}/${nodeId}/${contentRev}/${encodeURIComponent(name)}`;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('a long film seeks: the service worker answers parts, from the chunks in which they lie', async () => {
  const device = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
  const film = wavOf(24 * MiB - 44);
  const [node] = await storeFiles(device, [{ name: 'film.wav', bytes: film }]);
  if (node === undefined) throw new Error('the film was not stored');
  const page = await openPage(await browser.newProfile(), device);
  const spans = [
    [0, 99],
    [5 * MiB - 10, 5 * MiB + 2_000_000],
    [24 * MiB - 7, 24 * MiB - 1],
  ] as const;
  for (const [first, last] of spans) {
    const part = await page.evaluate(
      async ({ path, range }) => {
        const response = await fetch(path, { headers: { range } });
        const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
        const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        return { hash, status: response.status, range: response.headers.get('content-range') };
      },
      { path: pathOf(node), range: `bytes=${first}-${last}` },
    );
    const expected = { status: 206, range: `bytes ${first}-${last}/${film.length}` };
    expect(part).toEqual({ ...expected, hash: sha256(film.subarray(first, last + 1)) });
  }
  const seen = await page.evaluate(async (path) => {
    const video = document.createElement('video');
    video.preload = 'metadata';
    video.src = path;
    document.body.append(video);
    await new Promise((resolve, reject) => {
      video.addEventListener('loadedmetadata', resolve, { once: true });
      video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
    });
    video.currentTime = video.duration - 1;
    await new Promise((resolve) => {
      video.addEventListener('seeked', resolve, { once: true });
    });
    return { duration: Math.round(video.duration), at: Math.round(video.currentTime) };
  }, pathOf(node));
  const seconds = Math.round((film.length - 44) / 192_000);
  expect(seen).toEqual({ duration: seconds, at: seconds - 1 });
});

test('a file and an archive are saved to the disk as they were stored', async () => {
  const device = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
  const files = new Map<string, Uint8Array>([
    ['large.bin', randomBytes(12 * MiB)],
    ['empty', Buffer.alloc(0)],
  ]);
  for (let index = 0; index < 30; index++) files.set(`${index} ä.txt`, Buffer.from(`file ${index}`));
  const nodes = await storeFiles(
    device,
    [...files].map(([name, bytes]) => ({ name, bytes })),
  );
  const page = await openPage(await browser.newProfile({ acceptDownloads: true }), device);
  const large = nodes.find(({ name }) => name === 'large.bin');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.evaluate((node) => globalThis.harness.saveFile(node as Node), large),
  ]);
  expect(saved.suggestedFilename()).toBe('large.bin');
  expect(sha256(await readFile(await saved.path()))).toBe(sha256(files.get('large.bin') ?? Buffer.alloc(0)));

  const described = nodes.map(({ namespaceId, nodeId, contentRev, name, size }) => ({
    path: `all/${name}`,
    namespaceId,
    nodeId,
    rev: contentRev,
    size,
    modifiedAtMs: Date.UTC(2026, 0, 1),
  }));
  const [archive] = await Promise.all([
    page.waitForEvent('download'),
    page.evaluate((given) => globalThis.harness.saveArchive('all.zip', given), described),
  ]);
  const read = `import hashlib,json,sys,zipfile
z=zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({n:hashlib.sha256(z.read(n)).hexdigest() for n in z.namelist()}))`;
  const inside = JSON.parse(
    execFileSync('python3', ['-c', read, await archive.path()], { encoding: 'utf8' }),
  ) as object;
  expect(inside).toEqual(Object.fromEntries([...files].map(([name, bytes]) => [`all/${name}`, sha256(bytes)])));
});

test('nothing that a file says makes it run, whatever it is called', async () => {
  const device = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
  const attack =
    '<script>top.document.title = "taken"</script><svg xmlns="http://www.w3.org/2000/svg" onload="top.x=1"/>';
  const names = [
    'a.html',
    'b.svg',
    'c.xhtml',
    'd.js',
    'e',
    '"><img src=x onerror=alert(1)>.png',
    'f.pdf',
    '%2e%2e%2fapp.html',
  ];
  const nodes = await storeFiles(
    device,
    names.map((name) => ({ name, bytes: Buffer.from(`${attack}${name}`) })),
  );
  browser.allow(/.*/);
  const page = await openPage(await browser.newProfile(), device);
  for (const node of nodes) {
    const told = await page.evaluate(async (path) => {
      const response = await fetch(path);
      const { headers } = response;
      const frame = document.createElement('iframe');
      frame.src = path;
      document.body.append(frame);
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
      return {
        status: response.status,
        type: headers.get('content-type') ?? '',
        sniffing: headers.get('x-content-type-options'),
        policy: headers.get('content-security-policy') ?? '',
      };
    }, pathOf(node));
    expect([node.name, told.status, told.sniffing]).toEqual([node.name, 200, 'nosniff']);
    expect(told.type).not.toMatch(/html|script|xml;|text\/xml/);
    expect(told.policy).toContain("default-src 'none'");
    expect(told.policy).toMatch(/^sandbox;/);
  }
  expect(await page.title()).not.toBe('taken');
  // Without somebody who is signed in, an address gives nothing.
  const [first] = nodes;
  const stranger = await browser.openApp(modules.url, await browser.newProfile());
  const status = await stranger.evaluate(
    async (path) => {
      await navigator.serviceWorker.ready;
      return (await fetch(path)).text();
    },
    pathOf(first as Node),
  );
  expect(status).not.toContain('taken');
});

/** Of the first page that is drawn: how many pixels are as white as paper, and as black as ink. */
function paperAndInk(page: Page) {
  return page
    .locator('canvas[data-state=drawn]')
    .first()
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let [paper, ink] = [0, 0];
      for (let index = 0; index < pixels.length; index += 4) {
        if ((pixels[index] ?? 0) > 250) paper += 1;
        if ((pixels[index] ?? 255) < 50) ink += 1;
      }
      return { paper, ink };
    });
}

test('the pages of a PDF are seen and its words can be found, in a browser that has no viewer, and nothing in it acts', async () => {
  const email = newEmail();
  const device = await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  const words = Array.from({ length: 3000 }, (_, index) => `word${index}`).join(' ');
  const action = '/OpenAction << /S /JavaScript /JS (globalThis.hacked = 1; app.alert("hacked")) >> /Type /Catalog';
  const trap = Buffer.from(
    Buffer.from(pdfOf('A trap.')).toString('latin1').replace('/Type /Catalog', action),
    'latin1',
  );
  await storeFiles(device, [
    { name: 'a book.pdf', bytes: pdfOf(words) },
    { name: 'b trap.pdf', bytes: trap },
    { name: 'c none.pdf', bytes: Buffer.from('<script>globalThis.hacked = 1</script>') },
  ]);
  const page = await signInInBrowser(browser, email);
  await page.getByText('a book.pdf', { exact: true }).first().dblclick();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('word0 word1 word2').waitFor();
  const { paper, ink } = await paperAndInk(page);
  expect(ink).toBeGreaterThan(1000);
  expect(paper).toBeGreaterThan(5 * ink);
  await expectNoAxeViolations(page);
  const pages = dialog.getByRole('group', { name: /^Page \d+ of \d+$/ });
  const count = await pages.count();
  expect(count).toBeGreaterThan(4);
  // A thousand pages cost as much as those in sight.
  expect(await dialog.locator('canvas').count()).toBeLessThan(count);
  expect(await dialog.getByText('word2999').count()).toBe(0);
  await pages.last().scrollIntoViewIfNeeded();
  await dialog.getByText('word2999').waitFor();
  await dialog.getByRole('button', { name: 'Next file' }).click();
  await dialog.getByText('A trap.').waitFor();
  await paperAndInk(page);
  await dialog.getByRole('button', { name: 'Next file' }).click();
  await dialog.getByText('This cannot be shown').waitFor();
  expect(await page.evaluate(() => Object.hasOwn(globalThis, 'hacked'))).toBe(false);
});
