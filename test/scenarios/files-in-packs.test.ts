import { beforeEach, expect, test } from '@jest/globals';
import { assert, rootNodeId, type UploadId } from '@syncline/protocol';
import { CommitWorld, committed } from '../support/commit-world.ts';
import { fileOf, type Member, textBytes } from '../support/in-memory-member.ts';
import { packOf, storePack } from '../support/in-memory-pack.ts';
import type { InMemoryStores } from '../support/in-memory-stores.ts';

const FILES = 100;
const CONTENTS = Array.from({ length: FILES }, (_, index) => textBytes(`the content of file ${index}`));

let world: CommitWorld;
let ann: Member;
let calls: Map<string, number>;

/** Counts what the operations ask of the stores. */
function counted(stores: InMemoryStores): InMemoryStores {
  const watch = <Store extends object>(name: string, store: Store): Store =>
    new Proxy(store, {
      get: (target, method) => {
        const member: unknown = Reflect.get(target, method, target);
        if (typeof member !== 'function') return member;
        return (...parameters: readonly unknown[]): unknown => {
          const call = `${name}.${String(method)}`;
          calls.set(call, (calls.get(call) ?? 0) + 1);
          return Reflect.apply(member, target, parameters) as unknown;
        };
      },
    });
  const { chunks, packs, objects, namespaces } = stores;
  return {
    ...stores,
    chunks: watch('chunks', chunks),
    packs: watch('packs', packs),
    objects: watch('objects', objects),
    namespaces: watch('namespaces', namespaces),
  };
}

beforeEach(async () => {
  calls = new Map();
  world = new CommitWorld({ seen: counted });
  ann = await world.device('desk', 'ann');
  calls.clear();
});

async function openUploads(member: Member, contents: readonly Uint8Array[]): Promise<readonly UploadId[]> {
  const files = contents.map((bytes) => fileOf(member.namespaceId, [bytes]));
  const answer = await world.service.invoke('initiateUploads', { body: { packs: true, files } }, member);
  assert(answer.ok, 'uploads are opened');
  return answer.value.uploads.map(({ uploadId }) => uploadId);
}

function puts(member: Member, uploadIds: readonly UploadId[]) {
  const parentId = rootNodeId(member.namespaceId);
  return world.name(
    member,
    uploadIds.map((uploadId, index) => ({
      type: 'put',
      parentId,
      name: `${index}.txt`,
      baseRev: 0,
      clock: 1,
      onConflict: 'keep_both',
      uploadId,
    })),
  );
}

async function commitAll(): Promise<readonly string[]> {
  const uploadIds = await openUploads(ann, CONTENTS);
  await storePack(world.service, ann, CONTENTS);
  const results = await world.commit(ann, puts(ann, uploadIds));
  return results.map((result) => committed(result).node.nodeId);
}

test('a hundred new small files travel in one pack, and cost four requests and one PUT', async () => {
  const nodeIds = await commitAll();
  expect(nodeIds).toHaveLength(FILES);
  // Look-ups, and two of the store: it is never asked for one chunk after the other, and no pin is written twice.
  const asked = Object.fromEntries([...calls].filter(([call]) => /^(chunks|packs|objects)\./.test(call)));
  expect(asked).toEqual({
    'chunks.lookup': 2,
    'chunks.locate': 1,
    'objects.signPut': 1,
    'objects.head': 1,
    'objects.read': 1,
    'packs.record': 1,
    'chunks.recordStored': 1,
  });
  expect(world.service.stores.objects.keys()).toEqual([`packs/shared/${packOf(CONTENTS).pack.hash}`]);
});

test('a single small file is confirmed by one look-up and one question to the store at the same time', async () => {
  const uploadId = await world.upload(ann, 'alone');
  calls.clear();
  committed(await world.tryOne(ann, { ...puts(ann, [uploadId])[0] } as never));
  expect([...calls].filter(([call]) => /^(chunks|objects)\./.test(call))).toEqual([
    ['objects.head', 1],
    ['chunks.lookup', 1],
    ['chunks.recordStored', 1],
  ]);
});

test('files in a pack are read back, each by an address of its own that gives its range and nothing else', async () => {
  const nodeIds = await commitAll();
  const files = nodeIds.map((nodeId) => ({ namespaceId: ann.namespaceId, nodeId: nodeId as never }));
  const answer = await world.service.invoke('readContents', { body: { files } }, ann);
  assert(answer.ok, 'contents are answered');
  const sources = answer.value.contents.flatMap((each) => (each.status === 'found' ? each.content.chunks : []));
  const { objects } = world.service.stores;
  const ranges = sources.map(({ url, range }) => {
    assert(range !== undefined && url !== undefined, 'a packed chunk has a range, and an address');
    return { url, range };
  });
  expect(new Set(ranges.map(({ url }) => url)).size).toBe(FILES);
  ranges.forEach(({ url, range }, index) => {
    expect(objects.get({ url, range })).toEqual({ status: 206, bytes: CONTENTS[index] });
    expect(objects.get({ url }).status).toBe(403);
    for (const other of ranges)
      if (other.url !== url) expect(objects.get({ url, range: other.range }).status).toBe(403);
    expect(objects.get({ url, range: [range[0], range[1] + 1] }).status).toBe(403);
  });
  for (const [index, nodeId] of nodeIds.entries()) {
    expect(await world.read(ann, nodeId as never)).toBe(`the content of file ${index}`);
  }
});

test('neighbours in a pack that are read together have one address, which gives nothing that lies between or beside them', async () => {
  const nodeIds = await commitAll();
  const wanted = [10, 3, 11, 12, 5, 40];
  const files = wanted.map((index) => ({ namespaceId: ann.namespaceId, nodeId: nodeIds[index] as never }));
  const answer = await world.service.invoke('readContents', { body: { files } }, ann);
  assert(answer.ok, 'contents are answered');
  const { runs, contents } = answer.value;
  const { members } = packOf(CONTENTS).pack;
  expect(runs.map(({ hashes }) => hashes)).toEqual([members.slice(10, 13).map(({ hash }) => hash)]);
  const [run] = runs;
  assert(run !== undefined, 'there is a run');
  const { objects } = world.service.stores;
  const read = objects.get(run);
  expect(read).toEqual({ status: 206, bytes: Buffer.concat(CONTENTS.slice(10, 13)) });
  contents.forEach((each, at) => {
    const [chunk] = each.status === 'found' ? each.content.chunks : [];
    assert(chunk?.range !== undefined, 'a packed chunk has a range');
    if (!run.hashes.includes(chunk.hash)) return;
    const [from, to] = chunk.range.map((place) => place - run.range[0]);
    expect(read.bytes.subarray(from, (to ?? 0) + 1)).toEqual(CONTENTS[wanted[at] ?? -1]);
  });
  const [first, last] = run.range;
  for (const range of [
    [first - 1, last],
    [first, last + 1],
    [first + 1, last],
  ] as const) {
    expect(objects.get({ url: run.url, range }).status).toBe(403);
  }
  expect(objects.get({ url: run.url }).status).toBe(403);
});

test('where runs suffice, what lies in one has no address of its own, and what lies in none has', async () => {
  const nodeIds = await commitAll();
  const wanted = [10, 3, 11, 12, 5, 40];
  const files = wanted.map((index) => ({ namespaceId: ann.namespaceId, nodeId: nodeIds[index] as never }));
  const answers = await Promise.all(
    [true, false].map((runsSuffice) => world.service.invoke('readContents', { body: { files, runsSuffice } }, ann)),
  );
  const [brief, full] = answers.map((answer) => {
    assert(answer.ok, 'contents are answered');
    const chunks = answer.value.contents.flatMap((each) => (each.status === 'found' ? each.content.chunks : []));
    return { chunks, runs: answer.value.runs };
  });
  assert(brief !== undefined && full !== undefined, 'both are answered');
  expect(brief.runs).toEqual(full.runs);
  expect(brief.runs.map(({ hashes }) => hashes.length)).toEqual([3]);
  const inRuns = new Set(brief.runs.flatMap(({ hashes }) => hashes));
  const withoutUrl = full.chunks.map(({ url, ...chunk }) => (inRuns.has(chunk.hash) ? chunk : { ...chunk, url }));
  expect(brief.chunks).toEqual(withoutUrl);
});

test('whoever shares nothing with the others of a pack gets no address of it', async () => {
  await commitAll();
  const eve = await world.device('phone', 'eve');
  const secret = CONTENTS.slice(0, 1);
  const uploadIds = await openUploads(eve, secret);
  const [result] = await world.commit(eve, puts(eve, uploadIds));
  expect(result).toMatchObject({ status: 'error', error: { code: 'chunks_missing' } });
});

test('a file of which some chunks lie in packs, and one alone, is one content', async () => {
  const parts = [textBytes('in the first pack, '), textBytes('alone, '), textBytes('in the second')];
  const [first, alone, second] = parts;
  assert(first !== undefined && alone !== undefined && second !== undefined, 'three parts');
  const body = { files: [fileOf(ann.namespaceId, parts)] };
  const opened = await world.service.invoke('initiateUploads', { body }, ann);
  assert(opened.ok && opened.value.uploads[0] !== undefined, 'an upload is opened');
  const { uploadId, missing } = opened.value.uploads[0];
  await storePack(world.service, ann, [textBytes('before'), first]);
  await storePack(world.service, ann, [second, textBytes('after')]);
  const put = missing[1]?.put;
  assert(put !== undefined, 'a chunk is sent alone where no packs were asked for');
  expect(world.service.stores.objects.put({ ...put, bytes: alone })).toBe(200);
  const [result] = await world.commit(ann, puts(ann, [uploadId]));
  expect(await world.read(ann, committed(result).node.nodeId)).toBe('in the first pack, alone, in the second');
});
