import { beforeEach, expect, test } from '@jest/globals';
import type { TransportRequest } from '@syncline/client';
import { MiB } from '@syncline/protocol';
import { STORE_REST_MS } from '../../client/src/transfers/limits.ts';
import {
  filesOf,
  inputOf,
  memorySource,
  nextTurn,
  openUploadWorld,
  settled,
  someBytes,
  type UploadWorld,
} from '../../test/support/upload-world.ts';
import { KnownNames } from '../src/transfers/known-names.ts';
import { type QueuedFile, queuedFile } from '../src/transfers/queued-file.ts';
import { UploadCommitter } from '../src/transfers/upload-committer.ts';
import { UploadRun } from '../src/transfers/upload-run.ts';

const TURNS = 300;

let world: UploadWorld;
beforeEach(async () => {
  world = await openUploadWorld();
});

const isPut = ({ method }: TransportRequest): boolean => method === 'PUT';

test('a file that does not get through is told so, and keeps no other of its batch back', async () => {
  const { queue, target, network } = world;
  network.holdsBack = ({ method, body }) => method === 'PUT' && Buffer.from(body ?? []).includes('VIRUS');
  const inputs = Array.from({ length: 60 }, (_, index) => inputOf(`${index}.txt`, Buffer.from(`n ${index}`)));
  await queue.add([...inputs, inputOf('bad.txt', Buffer.from('VIRUS'))], target);
  await settled(queue);
  expect(queue.items.filter(({ status }) => status !== 'done')).toMatchObject([
    { name: 'bad.txt', status: 'failed', failure: 'held-back' },
  ]);
  expect((await filesOf(world)).size).toBe(60);
});

test.each([5 * MiB, 5])(
  'a file of %s bytes whose network goes away goes on by itself when it is back',
  async (size) => {
    const { queue, target, network, client } = world;
    network.holdsBack = isPut;
    const bytes = someBytes(size);
    await queue.add([inputOf('film.mp4', bytes)], target);
    for (let turn = 0; turn < TURNS; turn++) await nextTurn();
    expect(queue.items).toMatchObject([{ name: 'film.mp4' }]);
    expect(queue.items).not.toMatchObject([{ status: 'failed' }]);
    network.holdsBack = () => false;
    // Time passes by waiting alone, and the queue does not wait here.
    await client.clock.sleep(STORE_REST_MS);
    expect(await settled(queue)).toEqual(['done']);
    expect((await filesOf(world)).get('film.mp4')?.equals(bytes)).toBe(true);
  },
);

test('what becomes of a file is never told of another one, also when a folder goes while names are looked up', async () => {
  const { client, target } = world;
  const files = ['gone', 'kept'].map((name, order) => {
    const record = {
      id: name,
      owner: 'tab',
      batch: 'one',
      order,
      name,
      folders: [],
      target,
      size: name.length,
      modifiedAtMs: 0,
    };
    return queuedFile({ ...record, isPaused: false }, memorySource(Buffer.from(name)));
  });
  const change = (file: QueuedFile, changed: Partial<QueuedFile['item']>) =>
    void (file.item = { ...file.item, ...changed });
  for (const file of files) change(file, { status: 'reading' });
  const run = new UploadRun({
    ...client,
    onNode: () => undefined,
    names: new KnownNames(client.api),
    committer: new UploadCommitter(client),
    change,
    keep: () => undefined,
    moved: () => undefined,
  });
  const looks = new Map<QueuedFile, number>();
  await run.upload(
    files,
    (file) => {
      const look = (looks.get(file) ?? 0) + 1;
      looks.set(file, look);
      // It is there when its name is looked up, and no more when it is to be sent.
      return file.record.name === 'gone' && look > 1 ? undefined : { ...target, isNew: false };
    },
    new AbortController().signal,
  );
  const stored = await filesOf(world);
  expect([...stored].map(([name, bytes]) => [name, bytes.toString()])).toEqual([['kept', 'kept']]);
});
