/** The real client against the real handlers: what is stored once is sent once, and possession has to be shown. */
import { expect, test } from '@jest/globals';
import { uploadFiles } from '../../client/src/transfers/upload-files.ts';
import { bytesOfChunks } from '../../client/test/bytes-of-chunks.ts';
import { objectPuts, openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { join } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const LARGE = bytesOfChunks(3, 1);
const SMALL = new SeededRandom('small').bytes(10);

test('a file of several chunks is sent once, and a second time costs no byte', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const client = openInMemoryClient(service, alice);
  const sources = [sourceOf(alice, LARGE), sourceOf(alice, SMALL), sourceOf(alice, new Uint8Array())];
  const outcomes = await uploadFiles(client, sources);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['uploaded', 'uploaded', 'uploaded']);
  expect(objectPuts(client).length).toBe(5);
  for (const outcome of outcomes) {
    if (outcome.kind !== 'uploaded') continue;
    const stored = outcome.chunks.map(({ hash }) => hash);
    const body = { stored, hashes: stored };
    await service.invoke('checkChunks', { parameters: { uploadId: outcome.uploadId }, body }, alice);
  }
  const again = openInMemoryClient(service, alice);
  expect((await uploadFiles(again, sources)).map(({ kind }) => kind)).toEqual(['uploaded', 'uploaded', 'uploaded']);
  expect(objectPuts(again)).toEqual([]);
});

test('another account with the same bytes sends none of them, and holds them by proof', async () => {
  const service = new InMemoryService();
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  const [stored] = await uploadFiles(openInMemoryClient(service, alice), [sourceOf(alice, LARGE)]);
  if (stored?.kind !== 'uploaded') throw new Error('the first upload was refused');
  const hashes = stored.chunks.map(({ hash }) => hash);
  const input = { parameters: { uploadId: stored.uploadId }, body: { stored: hashes } };
  expect((await service.invoke('checkChunks', input, alice)).ok).toBe(true);

  const client = openInMemoryClient(service, bob);
  const [outcome] = await uploadFiles(client, [sourceOf(bob, LARGE)]);
  expect(outcome).toMatchObject({ kind: 'uploaded', unconfirmed: 0 });
  expect(objectPuts(client)).toEqual([]);
  expect(service.stores.telemetry.counts.get('proofsRight')).toBe(4);
});

test('in the dedup scope "account" another account sends every byte, and learns nothing', async () => {
  const service = new InMemoryService({ dedupScope: 'account' });
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  await uploadFiles(openInMemoryClient(service, alice), [sourceOf(alice, LARGE)]);
  const client = openInMemoryClient(service, bob);
  const [outcome] = await uploadFiles(client, [sourceOf(bob, LARGE)]);
  expect(outcome?.kind).toBe('uploaded');
  expect(objectPuts(client).length).toBe(4);
});
