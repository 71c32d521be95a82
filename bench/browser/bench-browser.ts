import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiClient, createFetchTransport, systemClock } from '@syncline/client';
import { type DeviceId, MiB, rootNodeId } from '@syncline/protocol';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { newId, valueOf } from '../../test/support/api-device.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { PASSAGE_MS_MAX } from './limits.ts';
import type { FrameTimes, PageStart, Passed, ProbeCall } from './probe-results.ts';
import type { WebOrigin } from './web-origin.ts';

interface ProbeAnswers {
  readonly start: PageStart;
  readonly scroll: FrameTimes;
  readonly put: Passed;
  readonly get: Passed;
  readonly read: Passed;
  readonly hash: Passed;
  readonly 'read-file': Passed;
}

/** Of a file that is written, at once. */
const PIECE_BYTES = 4 * MiB;

/** Calls the probe in a page. @throws when it is not done in PASSAGE_MS_MAX. */
export async function askProbe<Call extends ProbeCall>(page: Page, call: Call): Promise<ProbeAnswers[Call['name']]> {
  const text = `import('/bench/probe.js').then(() => probe(${JSON.stringify(call)}))`;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the probe "${call.name}" did not end`)), PASSAGE_MS_MAX);
  });
  try {
    return await Promise.race([page.evaluate<ProbeAnswers[Call['name']]>(text), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Makes an account of its own, with its name, and waits for its files. */
export async function signUp(browser: Browser, { url }: WebOrigin, name: string): Promise<BrowserContext> {
  const profile = await browser.newContext({ baseURL: url, locale: 'en-GB', acceptDownloads: true });
  const page = await profile.newPage();
  await page.goto('/');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('E-mail address').fill(addressOf(name));
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery 9!');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Welcome to Syncline').waitFor();
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  await page.close();
  return profile;
}

/** A page of the app whose service worker answers, with an input of the bench's own. */
export async function openFiles(profile: BrowserContext): Promise<Page> {
  const page = await profile.newPage();
  page.setDefaultTimeout(PASSAGE_MS_MAX);
  await page.goto('/');
  await page.getByRole('button', { name: 'Upload', exact: true }).waitFor();
  await page.evaluate(`(() => {
    const input = document.createElement('input');
    input.type = 'file';
    input.id = 'bench-file';
    document.body.append(input);
  })()`);
  return page;
}

/** Uploads files as a person does, and answers how long that took until they were committed, in milliseconds. */
export async function uploadByApp(page: Page, paths: readonly string[]): Promise<number> {
  const begun = performance.now();
  await page.locator('input[data-upload=files]').setInputFiles([...paths]);
  const done = paths.length === 1 ? '1 file uploaded' : `${paths.length} files uploaded`;
  await page.getByRole('region', { name: 'Uploads' }).getByText(done).waitFor();
  const ms = performance.now() - begun;
  await page.getByRole('button', { name: 'Close the list of uploads' }).click();
  return ms;
}

/** Where the service worker answers a content of the account that has this name: the first file of it with this one. */
export async function contentPathOf({ url }: WebOrigin, account: string, name: string): Promise<string> {
  const accessToken = addressOf(account);
  const tokens = { current: async () => accessToken, renew: async () => undefined };
  const deviceId = newId() as DeviceId;
  const connection = { baseUrl: url, transport: createFetchTransport(), clock: systemClock, random: Math.random };
  const api = createApiClient({ ...connection, tokens, deviceId });
  const { homeNamespaceId: namespaceId } = valueOf(await api.getAccount());
  const query = { namespaceId };
  const { nodes } = valueOf(await api.listChildren({ parameters: { nodeId: rootNodeId(namespaceId) }, query }));
  const node = nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new Error(`${name} is not there`);
  return `/content/${namespaceId}/${node.nodeId}/${node.contentRev}/bench.bin`;
}

/** Which is the access token, too, of the user pool in memory. */
function addressOf(account: string): string {
  return `${account}@example.org`;
}

/** A file of bytes that repeat nowhere, written piece by piece. */
export async function withFile<T>(path: string, bytes: number, task: (path: string) => Promise<T>): Promise<T> {
  const words = new Uint32Array(new SeededRandom(path).bytes(PIECE_BYTES).slice().buffer);
  const file = openSync(path, 'w');
  for (let written = 0; written < bytes; written += PIECE_BYTES) {
    // One pass that makes every piece another one, faster than new random bytes.
    for (let at = 0; at < words.length; at++) words[at] = Math.imul(words[at] ?? 0, 2_654_435_761) + written;
    writeSync(file, new Uint8Array(words.buffer), 0, Math.min(PIECE_BYTES, bytes - written));
  }
  closeSync(file);
  try {
    return await task(path);
  } finally {
    await rm(path, { force: true });
  }
}

/** The same with many files of new random bytes. */
export async function withFiles<T>(
  {
    directory,
    names,
    bytes,
  }: { readonly directory: string; readonly names: readonly string[]; readonly bytes: number },
  task: (paths: readonly string[]) => Promise<T>,
): Promise<T> {
  const paths = names.map((name) => join(directory, name));
  for (const path of paths) writeFileSync(path, randomBytes(bytes));
  try {
    return await task(paths);
  } finally {
    for (const path of paths) rmSync(path, { force: true });
  }
}
