import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  CHUNK_PIN_MS,
  DAY_MS,
  MiB,
  type NamespaceId,
  type NodeId,
  OUTLINE_BLOCK_BYTES,
  PATCH_BYTES_MAX,
  type PatchPart,
  RollingSum,
  unpackOutline,
} from '@syncline/protocol';
import fc from 'fast-check';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { chunkOf, fileOfChunks, type Member, sha256Hex, textBytes } from '../support/in-memory-member.ts';
import { packOf, storePack } from '../support/in-memory-pack.ts';
import { hashesOf, own, PatchWorld } from '../support/patch-world.ts';
import { inside } from '../support/shared-world.ts';

const [FIRST, SECOND] = [textBytes('the first chunk'), textBytes('a second one')];
/** FIRST with another word in it, as parts of the base and bytes that are new. */
const EDITED = textBytes('the very first chunk');
const PARTS: readonly PatchPart[] = [{ start: 0, end: 4 }, own(textBytes('very ')), { start: 4, end: 15 }];
const PATCH = { bytes: EDITED, parts: PARTS };

let world: PatchWorld;
let ann: Member;
let bob: Member;
let nodeId: NodeId;

async function begin(options: ConstructorParameters<typeof PatchWorld>[0] = {}): Promise<void> {
  world = new PatchWorld(options);
  ann = await world.person('ann');
  bob = await world.person('bob');
  nodeId = (await world.store(ann, 'file', [FIRST, SECOND])).node.nodeId;
}
beforeEach(() => begin());

const refusedAt = (path: string) => ({ code: 'invalid_request', details: { fields: [{ path }] } });
const concat = (contents: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(contents));

/** That a request has neither stored nor confirmed anything. */
async function expectNothingMade(before: readonly string[]): Promise<void> {
  expect(world.keys).toEqual(before);
  expect(await world.knowledge(ann, EDITED)).toEqual({ held: false });
}

describe('a patched chunk', () => {
  test('is stored as an object of its own, pinned and held by the account, and read back after the commit', async () => {
    const uploadId = await world.begin(ann, [EDITED, SECOND]);
    const size = EDITED.length + SECOND.length;
    expect(await world.patch(ann, uploadId, { base: { nodeId }, patches: [PATCH] })).toEqual({
      held: hashesOf([EDITED]),
      failed: [],
      progress: { storedBytes: size, totalBytes: size },
    });
    const { hash } = chunkOf(EDITED);
    expect(await world.knowledge(ann, EDITED)).toMatchObject({
      held: true,
      record: {
        objectKey: `chunks/shared/${hash}`,
        offset: 0,
        state: 'live',
        pinnedUntil: world.service.stores.clock.now() + CHUNK_PIN_MS,
      },
    });
    expect(await world.knowledge(bob, EDITED)).toMatchObject({ held: false });
    await world.publish(ann, 'file', { uploadId, nodeId });
    expect(await world.read(ann, nodeId)).toBe('the very first chunka second one');
    expect(await world.read(ann, nodeId, 1)).toBe('the first chunka second one');
    expect(world.service.stores.telemetry.counts.get('chunksPatched')).toBe(1);
  });

  test('is held at once by a repeat, also when the base is gone', async () => {
    const uploadId = await world.begin(ann, [EDITED, SECOND]);
    const first = await world.patch(ann, uploadId, { base: { nodeId }, patches: [PATCH] });
    expect(await world.patch(ann, uploadId, { base: { nodeId }, patches: [PATCH] })).toEqual(first);
    await world.must(ann, { type: 'delete', nodeId, baseRev: 1 });
    expect(await world.patch(ann, uploadId, { base: { nodeId }, patches: [PATCH] })).toEqual(first);
  });

  test('is made of chunks that lie compressed in a pack, across their border', async () => {
    const contents = [textBytes('a'.repeat(5000)), textBytes('b'.repeat(5000))];
    await storePack(world.service, ann, packOf(contents, 'compressed'));
    const base = await world.store(ann, 'packed', contents);
    const bytes = textBytes(`${'a'.repeat(100)}${'b'.repeat(200)}c`);
    const uploadId = await world.begin(ann, [bytes]);
    const parts = [{ start: 4900, end: 5200 }, own(textBytes('c'))];
    const answer = await world.patch(ann, uploadId, { base: base.node, patches: [{ bytes, parts }] });
    expect(answer).toMatchObject({ held: hashesOf([bytes]), failed: [] });
  });

  test('that was condemned lives again', async () => {
    await world.store(ann, 'before', [EDITED]);
    world.service.stores.chunks.sweep('shared', chunkOf(EDITED).hash, 'condemned');
    const other = await world.store(bob, 'base', [FIRST]);
    const uploadId = await world.begin(bob, [EDITED]);
    const answer = await world.patch(bob, uploadId, { base: other.node, patches: [PATCH] });
    expect(answer).toMatchObject({ held: hashesOf([EDITED]), failed: [] });
    expect(await world.knowledge(bob, EDITED)).toMatchObject({ held: true, record: { state: 'live' } });
  });

  test('is recorded in the domain of the one who uploads, where accounts do not share', async () => {
    await begin({ dedupScope: 'account' });
    const namespaceId = await world.shareNew(ann, 'team');
    await world.welcome(ann, bob, { namespaceId });
    const { node } = await world.store(inside(ann, namespaceId), 'shared', [FIRST]);
    const editor = inside(bob, namespaceId);
    const uploadId = await world.begin(editor, [EDITED]);
    const answer = await world.patch(editor, uploadId, { base: node, patches: [PATCH] });
    expect(answer).toMatchObject({ held: hashesOf([EDITED]), failed: [] });
    expect(world.keys).toContain(`chunks/${bob.accountId}/${chunkOf(EDITED).hash}`);
    expect(await world.knowledge(bob, EDITED, bob.accountId)).toMatchObject({ held: true });
    expect(await world.knowledge(bob, EDITED, ann.accountId)).toEqual({ held: false });
    await world.publish(editor, 'shared', { uploadId, nodeId: node.nodeId });
  });

  test('is made of a revision whose manifest is too long to stand in it, for an upload with such a one', async () => {
    const crumbs = Array.from({ length: 200 }, (_, index) => textBytes(`crumb ${1000 + index}`));
    await storePack(world.service, ann, packOf(crumbs));
    const { node } = await world.store(ann, 'crumbs', crumbs);
    const bytes = textBytes('crumb 1100crumb 1101!');
    const uploadId = await world.begin(ann, [...crumbs, bytes]);
    const parts = [{ start: 1000, end: 1020 }, own(textBytes('!'))];
    const answer = await world.patch(ann, uploadId, { base: node, patches: [{ bytes, parts }] });
    expect(answer).toMatchObject({ held: hashesOf([bytes]), progress: { storedBytes: 2021, totalBytes: 2021 } });
    await world.publish(ann, 'crumbs', { uploadId, nodeId: node.nodeId });
  });

  test('is made by a repeat, when the store could not be reached', async () => {
    const uploadId = await world.begin(ann, [EDITED, SECOND]);
    const { objects } = world.service.stores;
    const write = objects.write.bind(objects);
    objects.write = async () => {
      throw new UnavailableError('no store');
    };
    const asked = { base: { nodeId }, patches: [PATCH] };
    expect(await world.patch(ann, uploadId, asked)).toMatchObject({ code: 'unavailable' });
    objects.write = write;
    expect(await world.patch(ann, uploadId, asked)).toMatchObject({ held: hashesOf([EDITED]), failed: [] });
  });

  test('of any content is made of any parts that say it', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(199), fc.nat(199), fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.boolean()), {
        minLength: 1,
        maxLength: 8,
      }),
      async (contents, cuts) => {
        await begin();
        const old = concat(contents);
        const made = cuts.map(([one, other, bytes, isOwn]) => {
          const [low = 0, high = 0] = [one % old.length, other % old.length].toSorted((left, right) => left - right);
          return isOwn ? { part: own(bytes), bytes } : spanOf(old, { start: low, end: high + 1 });
        });
        const bytes = concat(made.map((each) => each.bytes));
        const base = await world.store(ann, 'old', contents);
        const uploadId = await world.begin(ann, [bytes]);
        const patches = [{ bytes, parts: made.map(({ part }) => part) }];
        const answer = await world.patch(ann, uploadId, { base: base.node, patches });
        expect(answer).toMatchObject({ held: hashesOf([bytes]), failed: [] });
        const stored = await world.service.stores.objects.read(`chunks/shared/${chunkOf(bytes).hash}`);
        // What was held before needs no object of its own.
        if (stored !== undefined) expect(stored).toEqual(bytes);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});

function spanOf(old: Uint8Array, span: { readonly start: number; readonly end: number }) {
  return { part: span, bytes: old.slice(span.start, span.end) };
}

describe('a patch fails, and no chunk is recorded', () => {
  test('when something else comes out than the name says', async () => {
    const uploadId = await world.begin(ann, [EDITED, SECOND]);
    const before = world.keys;
    const parts = [{ start: 0, end: 4 }, own(textBytes('VERY ')), { start: 4, end: 15 }];
    const answer = await world.patch(ann, uploadId, { base: { nodeId }, patches: [{ bytes: EDITED, parts }] });
    expect(answer).toMatchObject({ held: [], failed: hashesOf([EDITED]) });
    await expectNothingMade(before);
  });

  test('alone, while the others of the request are made', async () => {
    const other = textBytes('a second two');
    const uploadId = await world.begin(ann, [EDITED, other]);
    const wrong = { bytes: other, parts: [{ start: 15, end: 27 }] };
    const answer = await world.patch(ann, uploadId, { base: { nodeId }, patches: [wrong, PATCH] });
    expect(answer).toMatchObject({ held: hashesOf([EDITED]), failed: hashesOf([other]) });
    expect(await world.knowledge(ann, other)).toEqual({ held: false });
    expect(answer).toMatchObject({ progress: { storedBytes: EDITED.length } });
  });

  test('when it touches more chunks of its base than one function reads', async () => {
    const crumbs = Array.from({ length: 1100 }, (_, index) => textBytes(`crumb ${1000 + index}`));
    await storePack(world.service, ann, packOf(crumbs));
    const { node } = await world.store(ann, 'crumbs', crumbs);
    const bytes = concat(crumbs);
    const uploadId = await world.begin(ann, [bytes]);
    const before = world.keys;
    const patches = [{ bytes, parts: [{ start: 0, end: bytes.length }] }];
    expect(await world.patch(ann, uploadId, { base: node, patches })).toMatchObject({ failed: hashesOf([bytes]) });
    expect(world.keys).toEqual(before);
  });

  test('when what lies under its name is something else', async () => {
    const uploadId = await world.begin(ann, [EDITED, SECOND]);
    const { objects } = world.service.stores;
    const head = objects.head.bind(objects);
    objects.head = async (key) => {
      const found = await head(key);
      return found === undefined ? undefined : { ...found, sha256: sha256Hex('other') };
    };
    const answer = await world.patch(ann, uploadId, { base: { nodeId }, patches: [PATCH] });
    expect(answer).toMatchObject({ held: [], failed: hashesOf([EDITED]) });
    expect(await world.knowledge(ann, EDITED)).toEqual({ held: false });
  });

  test('when its base was deleted or purged, or never was', async () => {
    const uploadId = await world.begin(ann, [EDITED, SECOND]);
    const before = world.keys;
    const failed = { held: [], failed: hashesOf([EDITED]) };
    expect(await world.patch(ann, uploadId, { base: { nodeId, rev: 7 }, patches: [PATCH] })).toMatchObject(failed);
    await world.must(ann, { type: 'delete', nodeId, baseRev: 1 });
    expect(await world.patch(ann, uploadId, { base: { nodeId }, patches: [PATCH] })).toMatchObject(failed);
    const { entries } = await world.call(ann, 'listTrash', { query: {} });
    await world.must(ann, { type: 'purge', nodeId, deletedAt: entries[0]?.deletedAt ?? '' });
    expect(await world.patch(ann, uploadId, { base: { nodeId }, patches: [PATCH] })).toMatchObject(failed);
    await expectNothingMade(before);
  });

  test('when its base is of another namespace, though its row lies beside that of the upload', async () => {
    const namespaceId: NamespaceId = await world.shareNew(ann, 'team');
    await world.welcome(ann, bob, { namespaceId });
    const editor = inside(bob, namespaceId);
    const uploadId = await world.begin(editor, [EDITED]);
    const before = world.keys;
    const answer = await world.patch(editor, uploadId, { base: { nodeId }, patches: [PATCH] });
    expect(answer).toMatchObject({ held: [], failed: hashesOf([EDITED]) });
    expect(await world.outline(editor, nodeId, [{ start: 0, end: 1 }])).toMatchObject({ code: 'not_found' });
    await expectNothingMade(before);
  });
});

describe('patches are refused before anything is read or written', () => {
  test('of an upload of somebody else, or one that has expired', async () => {
    const uploadId = await world.begin(ann, [EDITED, SECOND]);
    const before = world.keys;
    const asked = { base: { nodeId }, patches: [PATCH] };
    expect(await world.patch(bob, uploadId, asked)).toMatchObject({ code: 'not_found' });
    world.service.stores.clock.advance(DAY_MS);
    expect(await world.patch(ann, uploadId, asked)).toMatchObject({ code: 'upload_expired' });
    await expectNothingMade(before);
  });

  test('of somebody who may only read by now', async () => {
    const namespaceId = await world.shareNew(ann, 'team');
    await world.welcome(ann, bob, { namespaceId });
    const editor = inside(bob, namespaceId);
    const { node } = await world.store(editor, 'shared', [FIRST]);
    const uploadId = await world.begin(editor, [EDITED]);
    const parameters = { namespaceId, accountId: bob.accountId };
    await world.call(ann, 'changeRole', { parameters, body: { role: 'viewer' } });
    const answer = await world.patch(editor, uploadId, { base: node, patches: [PATCH] });
    expect(answer).toMatchObject({ code: 'forbidden' });
  });

  test.each([
    ['a span without a byte', [...PARTS, { start: 3, end: 3 }], 'body.patches.0.parts.3'],
    ['base64 that is none', [{ start: 0, end: 4 }, { bytes: 'AAAAA' }], 'body.patches.0.parts.1'],
    ['fewer bytes than the chunk has', PARTS.slice(1), 'body.patches.0.parts'],
    ['more bytes than the chunk has', [...PARTS, { start: 0, end: 1 }], 'body.patches.0.parts'],
    ['a span behind the base', [{ start: 8, end: 28 }], 'body.patches.0.parts.0.end'],
  ])('with %s', async (_what, parts, path) => {
    const uploadId = await world.begin(ann, [EDITED, SECOND]);
    const before = world.keys;
    const answer = await world.patch(ann, uploadId, { base: { nodeId }, patches: [{ bytes: EDITED, parts }] });
    expect(answer).toMatchObject({ code: 'invalid_request' });
    expect(JSON.stringify(answer)).toContain(`"path":"${path}"`);
    await expectNothingMade(before);
  });

  test('of a chunk that is not of the upload, or is named twice', async () => {
    const uploadId = await world.begin(ann, [EDITED]);
    const stranger = { bytes: textBytes('the '), parts: [{ start: 0, end: 4 }] };
    const asked = { base: { nodeId }, patches: [PATCH, stranger] };
    expect(await world.patch(ann, uploadId, asked)).toMatchObject(refusedAt('body.patches.1.hash'));
    const twice = { base: { nodeId }, patches: [PATCH, PATCH] };
    expect(await world.patch(ann, uploadId, twice)).toMatchObject(refusedAt('body.patches.1.hash'));
  });

  test('of more bytes than one function makes', async () => {
    const size = 8 * MiB;
    const count = PATCH_BYTES_MAX / size + 1;
    const chunks = Array.from({ length: count }, (_, index) => ({ ...chunkOf(textBytes(`long ${index}`)), size }));
    const body = { files: [fileOfChunks(ann.namespaceId, chunks)] };
    const { uploads } = await world.call(ann, 'initiateUploads', { body });
    const patches = chunks.map(({ hash }) => ({ hash, parts: [{ start: 0, end: size }] }));
    const parameters = { uploadId: uploads[0]?.uploadId ?? '' };
    const request = { parameters, body: { base: { nodeId, rev: 1 }, patches } };
    const answer = await world.service.invoke('patchChunks', request, ann);
    expect(answer).toMatchObject({ ok: false, problem: refusedAt('body.patches') });
  });
});

describe('an outline', () => {
  const bytes = Uint8Array.from({ length: 3 * OUTLINE_BLOCK_BYTES }, (_, at) => (at * at + (at >> 8)) % 256);
  /** Cut where no block ends. */
  const contents = [bytes.slice(0, 10_000), bytes.slice(10_000, 30_000), bytes.slice(30_000)];

  test('has the sums of the whole blocks of each span, wherever chunks are cut', async () => {
    const { node } = await world.store(ann, 'long', contents);
    const spans = [
      { start: 7, end: 7 + 2 * OUTLINE_BLOCK_BYTES + 1 },
      { start: 0, end: OUTLINE_BLOCK_BYTES - 1 },
      { start: 2 * OUTLINE_BLOCK_BYTES, end: bytes.length },
    ];
    const outlines = await world.outline(ann, node.nodeId, spans);
    if (!Array.isArray(outlines)) throw new Error('refused');
    const sums = outlines.map((text) =>
      unpackOutline(Buffer.from(text, 'base64'))?.map(({ weak, strong }) => [
        weak,
        Buffer.from(strong).toString('hex'),
      ]),
    );
    const sumAt = (start: number) => {
      const block = bytes.slice(start, start + OUTLINE_BLOCK_BYTES);
      return [new RollingSum(block, 0).value, sha256Hex(block).slice(0, 16)];
    };
    expect(sums).toEqual([[sumAt(7), sumAt(7 + OUTLINE_BLOCK_BYTES)], [], [sumAt(2 * OUTLINE_BLOCK_BYTES)]]);
  });

  test('is refused of spans that have no byte, or do not lie in the content', async () => {
    const empty = await world.outline(ann, nodeId, [
      { start: 0, end: 1 },
      { start: 4, end: 4 },
    ]);
    expect(empty).toMatchObject(refusedAt('body.spans.1'));
    const size = FIRST.length + SECOND.length;
    expect(await world.outline(ann, nodeId, [{ start: 0, end: size + 1 }])).toMatchObject(
      refusedAt('body.spans.0.end'),
    );
    expect(await world.outline(ann, nodeId, [{ start: 0, end: size }])).toEqual(['']);
  });

  test('is refused of more bytes than one function reads, and of more chunks', async () => {
    const { node } = await world.store(ann, 'long', [new Uint8Array(8 * MiB)]);
    const spans = Array.from({ length: 5 }, () => ({ start: 0, end: 8 * MiB }));
    expect(await world.outline(ann, node.nodeId, spans)).toMatchObject(refusedAt('body.spans'));
    expect(await world.outline(ann, node.nodeId, spans.slice(1))).toHaveLength(4);
    const crumbs = Array.from({ length: 1800 }, (_, index) => textBytes(`crumb ${1000 + index}`));
    await storePack(world.service, ann, crumbs);
    const { node: dust } = await world.store(ann, 'dust', crumbs);
    const span = { start: 0, end: OUTLINE_BLOCK_BYTES };
    expect(await world.outline(ann, dust.nodeId, [span])).toMatchObject(refusedAt('body.spans'));
  });
});
