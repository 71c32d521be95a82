import { expect, test } from '@jest/globals';
import { type ChunkHash, MiB, PACK_MEMBERS_MAX, type Upload } from '@syncline/protocol';
import { objectPuts, openInMemoryClient, sourceOf } from '../../../test/support/in-memory-client.ts';
import { chunkOf, fileOf, join, textBytes } from '../../../test/support/in-memory-member.ts';
import { InMemoryService } from '../../../test/support/in-memory-service.ts';
import { PACK_WAIT_MS_MAX, PACKS_IN_FLIGHT_MAX } from './limits.ts';
import { PackBuilder } from './pack-builder.ts';
import type { PackableChunk } from './send-pack.ts';
import { TransferGate } from './transfer-gate.ts';
import type { ContentOutcome } from './upload-files.ts';
import { type OpenedFile, storeFiles, type UploadCall } from './upload-group.ts';

async function openWorld() {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const client = openInMemoryClient(service, alice);
  return { service, alice, client, abort: new AbortController() };
}

function packable(text: string): PackableChunk {
  const bytes = textBytes(text);
  return { ...chunkOf(bytes), bytes: async () => bytes };
}

/** Lets everything happen that waits for nothing. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

test('a pack waits for the groups that are at work, and goes with the last of them', async () => {
  const { client, abort } = await openWorld();
  const packs = new PackBuilder({ ...client, signal: abort.signal }, 2);
  packs.groupBegins();
  packs.groupBegins();
  const first = packs.add(packable('one'));
  packs.groupEnds();
  await settle();
  expect(objectPuts(client)).toEqual([]);
  const second = packs.add(packable('two'));
  packs.groupEnds();
  expect(await Promise.all([first, second])).toEqual(['stored', 'stored']);
  expect(objectPuts(client).length).toBe(1);
});

test('a pack does not wait for groups that themselves wait until packs are stored', async () => {
  const { client, abort } = await openWorld();
  const packs = new PackBuilder({ ...client, signal: abort.signal }, 100);
  packs.groupBegins();
  const outcomes = ['one', 'two'].map((text) => packs.add(packable(text)));
  packs.groupEnds();
  expect(await Promise.all(outcomes)).toEqual(['stored', 'stored']);
});

test('a chunk that has waited for long goes with what is there', async () => {
  const { client, abort, service } = await openWorld();
  const packs = new PackBuilder({ ...client, signal: abort.signal }, 2);
  packs.groupBegins();
  packs.groupBegins();
  const first = packs.add(packable('one'));
  service.stores.clock.advance(PACK_WAIT_MS_MAX + 1);
  const second = packs.add(packable('two'));
  expect(await Promise.all([first, second])).toEqual(['stored', 'stored']);
});

test('a full pack goes at once, and so many are on their way as are allowed', async () => {
  const { client, abort } = await openWorld();
  const hold = Promise.withResolvers<void>();
  let underWay = 0;
  const api = {
    ...client.api,
    openPack: async (...input: Parameters<typeof client.api.openPack>) => {
      underWay += 1;
      await hold.promise;
      return client.api.openPack(...input);
    },
  };
  const gate = new TransferGate({ tasksMax: 100, bytesMax: 64 * MiB });
  const packs = new PackBuilder({ ...client, api, gate, signal: abort.signal }, 1);
  packs.groupBegins();
  const added = Array.from({ length: (PACKS_IN_FLIGHT_MAX + 2) * PACK_MEMBERS_MAX }, (_, number) =>
    packs.add(packable(`chunk ${number}`)),
  );
  await settle();
  expect(underWay).toBe(PACKS_IN_FLIGHT_MAX);
  hold.resolve();
  expect(new Set(await Promise.all(added))).toEqual(new Set(['stored']));
  expect(underWay).toBe(PACKS_IN_FLIGHT_MAX + 2);
});

test('the same chunk is added once, and whoever adds it gets the same outcome', async () => {
  const { client, abort } = await openWorld();
  const packs = new PackBuilder({ ...client, signal: abort.signal }, 1);
  packs.groupBegins();
  const outcomes = ['one', 'two', 'one'].map((text) => packs.add(packable(text)));
  packs.groupEnds();
  expect(await Promise.all(outcomes)).toEqual(['stored', 'stored', 'stored']);
  expect(objectPuts(client).map(({ body }) => body?.length)).toEqual([6]);
});

test('an abort ends those that wait, and those that come later', async () => {
  const { client, abort } = await openWorld();
  const packs = new PackBuilder({ ...client, signal: abort.signal }, 1);
  packs.groupBegins();
  const waiting = packs.add(packable('one'));
  const reason = new Error('enough');
  abort.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(packs.add(packable('two'))).rejects.toBe(reason);
  expect(client.sent).toEqual([]);
});

test('a chunk whose bytes are gone is told apart from those that are stored', async () => {
  const { client, abort } = await openWorld();
  const packs = new PackBuilder({ ...client, signal: abort.signal }, 1);
  packs.groupBegins();
  const gone = { ...packable('gone'), bytes: async () => undefined };
  const outcomes = [packs.add(packable('one')), packs.add(gone), packs.add(packable('two'))];
  packs.groupEnds();
  expect(await Promise.all(outcomes)).toEqual(['stored', undefined, 'stored']);
  expect(objectPuts(client).map(({ body }) => body?.length)).toEqual([6]);
});

const TEXTS = Array.from({ length: 30 }, (_, number) => `content ${number}`);

/** Uploads of TEXTS, opened and ready to be stored in packs. */
async function openUploads() {
  const { client, abort, alice, service } = await openWorld();
  const files = TEXTS.map((text) => fileOf(alice.namespaceId, [textBytes(text)]));
  const answer = await client.api.initiateUploads({ body: { packs: true, files } });
  if (!answer.ok) throw new Error('the uploads were refused');
  const packs = new PackBuilder({ ...client, signal: abort.signal }, 1);
  const outcomes: ContentOutcome[] = [];
  const call: UploadCall = {
    ...client,
    signal: abort.signal,
    sending: new Map(),
    patches: true,
    packs,
    checks: new TransferGate({ tasksMax: 1, bytesMax: 0 }),
    onStored: () => undefined,
    onSession: () => undefined,
    onSending: () => undefined,
    onOutcome: (index, outcome) => {
      outcomes[index] = outcome;
    },
    tellsContents: false,
    fail: (failure) => abort.abort(failure),
  };
  const opened = TEXTS.map((text, index) => {
    const { chunks, contentHash } = fileOf(alice.namespaceId, [textBytes(text)]);
    const bytes = async () => textBytes(text);
    const content = { source: sourceOf(alice, textBytes(text)), chunks, contentHash, kept: textBytes(text), bytes };
    return { index, upload: answer.value.uploads[index] as Upload, content };
  });
  const store = async (uploads: readonly OpenedFile[]): Promise<readonly ContentOutcome[]> => {
    packs.groupBegins();
    const stored = storeFiles(call, uploads);
    packs.groupEnds();
    await stored;
    return outcomes;
  };
  return { call, client, service, opened, store };
}

test('a file that changes while it waits for its pack is told, and the pack goes without it', async () => {
  const { client, service, opened, store } = await openUploads();
  const read = opened.map((file, index) => {
    const bytes = index === 7 ? async () => textBytes('CONTENT 7') : file.content.bytes;
    return { ...file, content: { ...file.content, kept: undefined, bytes } };
  });
  const outcomes = await store(read);
  expect(outcomes.map(({ kind }) => kind)).toEqual(TEXTS.map((_, index) => (index === 7 ? 'changed' : 'uploaded')));
  expect(objectPuts(client).length).toBe(1);
  expect(service.stores.objects.keys().length).toBe(1);
});

test.each([true, false])(
  'what another file of the call has sent alone goes into no pack (kept: %s)',
  async (isKept) => {
    const { call, client, opened, store } = await openUploads();
    for (const { content } of opened.slice(0, 10)) {
      call.sending.set(content.chunks[0]?.hash as ChunkHash, Promise.resolve('stored'));
    }
    const files = opened.map((file) => (isKept ? file : { ...file, content: { ...file.content, kept: undefined } }));
    const outcomes = await store(files);
    expect(outcomes.map(({ kind }) => kind)).toEqual(TEXTS.map(() => 'uploaded'));
    const rest = TEXTS.slice(10).reduce((sum, text) => sum + text.length, 0);
    expect(objectPuts(client).map(({ body }) => body?.length)).toEqual([rest]);
  },
);
