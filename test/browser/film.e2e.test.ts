import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MiB, rootNodeId } from '@syncline/protocol';
import type { Page } from 'playwright-core';
import { newEmail, openApiDevice, valueOf } from '../support/api-device.ts';
import { entry, signInInBrowser } from '../support/app-in-browser.ts';
import { useBrowser } from '../support/browser.ts';
import { sharedStack } from '../support/shared-stack.ts';
import { FILM_SIZE, frameOfWebp, PICTURES_PER_SECOND, webmFilm } from '../support/webm-film.ts';

const SECONDS = 64;
/** Of the film, for each second of it. */
const SECOND_BYTES = MiB;
const SOUGHT_SECOND = 60;
/** On a machine that does much else. */
const UPLOAD_MS_MAX = 120_000;
/** A player reads some seconds ahead of where it is; what lies between here is far from both places that are looked at. */
const FAR_BYTES = { start: 28 * MiB, end: 56 * MiB };

const browser = useBrowser();
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-film-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Each second has a grey of its own. */
const greyOf = (second: number): number => 20 + second * 3;

/** Pictures of one colour, painted and compressed by the browser. */
async function paintFrames(page: Page): Promise<readonly Uint8Array[]> {
  const greys = Array.from({ length: SECONDS }, (_, second) => greyOf(second));
  const pictures = await page.evaluate(
    ({ width, height, wanted }) => {
      const canvas = document.createElement('canvas');
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext('2d', { alpha: false });
      return wanted.map((grey) => {
        if (context === null) throw new Error('there is no canvas');
        context.fillStyle = `rgb(${grey} ${grey} ${grey})`;
        context.fillRect(0, 0, width, height);
        return canvas.toDataURL('image/webp', 0.8);
      });
    },
    { ...FILM_SIZE, wanted: greys },
  );
  return pictures.map((url) => frameOfWebp(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')));
}

/** Hashes of chunks that the service worker has fetched for this page: it keeps them. */
async function fetchedChunks(page: Page): Promise<ReadonlySet<string>> {
  const hashes = await page.evaluate(async () => {
    const keys = await (await caches.open('syncline-chunks')).keys();
    return keys.map(({ url }) => new URL(url).pathname.split('/')[2] ?? '');
  });
  return new Set(hashes);
}

test('a film in the preview seeks to a picture near its end, for which only the chunks there are fetched', async () => {
  const email = newEmail();
  const device = await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  const page = await signInInBrowser(browser, email);
  const frames = await paintFrames(page);
  const pictureBytes = SECOND_BYTES / PICTURES_PER_SECOND;
  const pictures = frames.flatMap((frame) => Array.from({ length: PICTURES_PER_SECOND }, () => frame));
  const film = webmFilm(pictures.map((frame) => ({ frame, padding: randomBytes(pictureBytes - frame.length) })));
  await writeFile(join(directory, 'film.webm'), film);
  await page.locator('input[data-upload=files]').setInputFiles(join(directory, 'film.webm'));
  await page.getByRole('region', { name: 'Uploads' }).getByText('1 file uploaded').waitFor({ timeout: UPLOAD_MS_MAX });
  const [node] = valueOf(
    await device.api.listChildren({ parameters: { nodeId: rootNodeId(device.account.homeNamespaceId) }, query: {} }),
  ).nodes;
  if (node === undefined) throw new Error('the film is not there');
  const { namespaceId, nodeId } = node;
  const { chunks } = valueOf(await device.api.getContent({ parameters: { nodeId }, query: { namespaceId } }));

  await entry(page, 'film.webm').getByText('film.webm').dblclick();
  const video = page.getByRole('dialog', { name: 'film.webm' }).locator('video');
  const seen = await video.evaluate(async (element, second) => {
    const player = element as HTMLVideoElement;
    if (player.readyState < 1) await new Promise((resolve) => player.addEventListener('loadedmetadata', resolve));
    player.currentTime = second + 0.05;
    await new Promise((resolve) => player.addEventListener('seeked', resolve, { once: true }));
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    context?.drawImage(player, 0, 0);
    const [grey] = context?.getImageData(10, 10, 1, 1).data ?? [];
    return { duration: player.duration, grey };
  }, SOUGHT_SECOND);
  expect(seen.duration).toBe(SECONDS);
  expect(Math.abs((seen.grey ?? 0) - greyOf(SOUGHT_SECOND))).toBeLessThanOrEqual(3);

  const fetched = await fetchedChunks(page);
  let start = 0;
  const places = chunks.map(({ hash, size }) => {
    start += size;
    return { isFetched: fetched.has(hash), start: start - size, end: start };
  });
  const soughtAt = film.indexOf(frames[SOUGHT_SECOND] ?? new Uint8Array(0));
  expect(places.filter((place) => place.start <= soughtAt && soughtAt < place.end)).toMatchObject([
    { isFetched: true },
  ]);
  const far = places.filter((place) => place.start >= FAR_BYTES.start && place.end <= FAR_BYTES.end);
  expect(far.length).toBeGreaterThan(5);
  expect(far.filter(({ isFetched }) => isFetched)).toEqual([]);
});
