import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ContentHash, MiB, packManifest } from '@syncline/protocol';
import {
  type ApiDevice,
  chunkOf,
  newEmail,
  openApiDevice,
  PASSWORD,
  putOperation,
  putSigned,
  valueOf,
} from '../support/api-device.ts';
import { BackgroundDevice } from '../support/background-device.ts';
import { eventually } from '../support/eventually.ts';
import { sharedStack } from '../support/shared-stack.ts';

let directory: string;
let author: ApiDevice;
let stranger: ApiDevice;
let phone: BackgroundDevice;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-ahead-'));
  const { apiUrl } = sharedStack();
  const email = newEmail();
  author = await openApiDevice({ apiUrl, email });
  stranger = await openApiDevice({ apiUrl, email: newEmail() });
  phone = await BackgroundDevice.make(apiUrl, { directory, name: 'phone' });
  await phone.cli.expect(['login', '--email', email, '--password-stdin'], `${PASSWORD}\n`);
  await phone.cli.expect(['link', phone.folder]);
  await phone.cli.expect(['start']);
});
afterAll(async () => {
  await phone.cli.run(['stop']);
  await rm(directory, { recursive: true });
});

/** Opens an upload of these chunks, and answers how to send and report some of them. */
async function openUpload(parts: readonly Uint8Array[]) {
  const chunks = parts.map(chunkOf);
  const contentHash = ContentHash.parse(createHash('sha256').update(packManifest(chunks)).digest('hex'));
  const size = Buffer.concat(parts).length;
  const namespaceId = author.account.homeNamespaceId;
  const file = { namespaceId, size, contentHash, chunking: 'fixed-4m' as const, chunks };
  const [upload] = valueOf(await author.api.initiateUploads({ body: { files: [file] } })).uploads;
  if (upload === undefined) throw new Error('an upload is answered');
  const report = async (from: number, to: number): Promise<void> => {
    for (const part of parts.slice(from, to)) {
      const put = upload.missing.find(({ hash }) => hash === chunkOf(part).hash)?.put;
      if (put === undefined) throw new Error('a chunk of random bytes is missing, and sent alone');
      expect(await putSigned(put, part)).toBe(200);
    }
    const stored = chunks.slice(from, to).map(({ hash }) => hash);
    valueOf(await author.api.checkChunks({ parameters: { uploadId: upload.uploadId }, body: { stored } }));
  };
  return { uploadId: upload.uploadId, report };
}

async function untilFetched(bytes: number): Promise<void> {
  await phone.until(({ folders }) => expect(folders[0]?.incoming).toMatchObject([{ fetchedBytes: bytes }]));
}

test('a large file comes while it is being sent, over the death of the process, and is seen when it is committed', async () => {
  const parts = Array.from({ length: 4 }, () => randomBytes(3 * MiB));
  await phone.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', hints: 'socket' }]));
  const upload = await openUpload(parts);
  await upload.report(0, 2);
  await untilFetched(6 * MiB);
  expect((await phone.cli.expect(['status'])).stdout).toContain('Another device is sending a file of 12 MiB');
  expect((await readdir(phone.folder)).filter((name) => name !== '.syncline')).toEqual([]);

  await phone.kill();
  await phone.cli.expect(['start']);
  await phone.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', hints: 'socket' }]));
  await upload.report(2, 4);
  await untilFetched(12 * MiB);
  expect((await readdir(phone.folder)).filter((name) => name !== '.syncline')).toEqual([]);

  const put = putOperation(author, { name: 'film.mkv', uploadId: upload.uploadId });
  const { results } = valueOf(await author.api.commit({ body: { operations: [put] } }));
  expect(results).toMatchObject([{ status: 'committed' }]);
  const film = join(phone.folder, 'film.mkv');
  await eventually(async () => expect(existsSync(film)).toBe(true));
  expect((await readFile(film)).equals(Buffer.concat(parts))).toBe(true);
  expect(await readdir(join(phone.folder, '.syncline', 'staging'))).toEqual([]);
});

test('another account reads nothing of an open upload, and the devices of its account what is confirmed', async () => {
  const parts = [randomBytes(1000), randomBytes(2000)];
  const { uploadId, report } = await openUpload(parts);
  await report(1, 2);
  const content = valueOf(await author.api.getUploadContent({ parameters: { uploadId }, query: {} }));
  expect(content.chunks).toMatchObject([{ index: 1, offset: 1000, ...chunkOf(parts[1] ?? Buffer.alloc(0)) }]);
  const answer = await fetch(content.chunks[0]?.url ?? '');
  expect(Buffer.from(await answer.arrayBuffer()).equals(parts[1] ?? Buffer.alloc(0))).toBe(true);
  const refused = await stranger.api.getUploadContent({ parameters: { uploadId }, query: {} });
  expect(refused).toMatchObject({ ok: false, problem: { code: 'not_found', detail: 'there is no such upload' } });
});
