import { expect, test } from '@jest/globals';
import { uploadFiles } from '@syncline/client';
import { MiB } from '@syncline/protocol';
import { runChanges, type StoredFor } from '../../web/src/offline/change-runner.ts';
import { createMemoryChangeJournal } from '../../web/src/offline/memory-change-journal.ts';
import { EngineDevice } from '../support/engine-device.ts';
import { objectPuts, sourceOf } from '../support/in-memory-client.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { childrenOf, filesOf, inputOf, openUploadWorld, settled, someBytes } from '../support/upload-world.ts';

const RESTED = { kind: 'rested', problems: [] };
const FILE_BYTES = 10;

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${index}.txt`);
}

/** So many bytes, other ones for each file and edit. */
function text(name: string, edit: number): string {
  return `${name} ${edit}`.padEnd(FILE_BYTES, '.');
}

// A file alone, some in uploads of their own, and so many that they travel in packs.
test.each([1, 10, 60])(
  'where all room is taken, %s files are edited all the same, if they grow no larger',
  async (count) => {
    const service = new InMemoryService({ quotaBytes: count * FILE_BYTES });
    const [desk, phone] = [await EngineDevice.open(service, 'desk'), await EngineDevice.open(service, 'phone')];
    for (const name of names(count)) desk.files.write(name, text(name, 1));
    expect(await desk.sync()).toEqual(RESTED);
    for (const name of names(count)) desk.files.write(name, text(name, 2));
    expect(await desk.sync()).toEqual(RESTED);
    // A pack each time, or a chunk of each.
    expect(objectPuts(desk.client).length).toBe(2 * (count === 60 ? 1 : count));
    await phone.sync();
    for (const name of names(count)) expect(phone.files.text(name)).toBe(text(name, 2));
    // There is no room for what is new, or more.
    desk.files.write('new.txt', '!');
    desk.files.write('0.txt', `${text('0.txt', 3)}!`);
    expect((await desk.sync()).problems).toEqual(['0.txt: refused', 'new.txt: refused']);
  },
);

test('where all room is taken, the web app replaces a file all the same, and stores nothing beside it', async () => {
  const bytes = someBytes(5 * MiB);
  const world = await openUploadWorld({ quotaBytes: bytes.length + 3 });
  await world.queue.add([inputOf('film.mp4', bytes), inputOf('note.txt', Buffer.from('old'))], world.target);
  expect(await settled(world.queue)).toEqual(['done', 'done']);
  const again = world.reloaded();
  const next = someBytes(bytes.length);
  await again.add([inputOf('film.mp4', next), inputOf('note.txt', Buffer.from('new'))], world.target);
  expect(await settled(again)).toEqual(['asking', 'asking']);
  again.answer(again.question?.id ?? '', 'replace', true);
  expect(await settled(again)).toEqual(['done', 'done']);
  const files = await filesOf(world);
  expect([files.get('film.mp4')?.equals(next), files.get('note.txt')?.toString()]).toEqual([true, 'new']);

  const beside = world.reloaded();
  await beside.add([inputOf('film.mp4', bytes)], world.target);
  await settled(beside);
  beside.answer(beside.question?.id ?? '', 'keep_both', true);
  expect(await settled(beside)).toEqual(['failed']);
});

test('where all room is taken, an edit that the web app has kept without a network is stored', async () => {
  const world = await openUploadWorld({ quotaBytes: 3 });
  const { client, member, target } = world;
  await world.queue.add([inputOf('note.txt', Buffer.from('old'))], target);
  await settled(world.queue);
  const [node] = await childrenOf(client, target.folderId);
  if (node === undefined) throw new Error('the note is there');
  const journal = createMemoryChangeJournal();
  const edit = { type: 'put', baseRev: node.contentRev, replacedBytes: node.size, modifiedAtMs: 0 } as const;
  const begun = { id: '0'.repeat(26), order: 0, madeAtMs: 0, attempt: 0, preparations: 0 };
  const change = { ...begun, edit, after: node, state: 'waiting' as const };
  await journal.add([{ change, content: new Blob(['new']) }]);
  const dependencies = {
    api: client.api,
    journal,
    store: async (content: Blob, to: StoredFor) => {
      const bytes = new Uint8Array(await content.arrayBuffer());
      const [outcome] = await uploadFiles(client, [{ ...sourceOf(member, bytes), ...to }]);
      return outcome ?? { kind: 'unreadable' as const, cause: undefined };
    },
    homeNamespaceId: member.namespaceId,
    deviceName: 'browser',
    onNode: () => undefined,
    onQueue: () => undefined,
  };
  expect(await runChanges(dependencies, new AbortController().signal)).toBe('empty');
  expect((await filesOf(world)).get('note.txt')?.toString()).toBe('new');
});
