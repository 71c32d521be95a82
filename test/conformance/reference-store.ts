import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ChunkHash, ContentHash, NamespaceId } from '@syncline/protocol';
import {
  type ContentKey,
  FIRST_PASS,
  type NodeName,
  type NodePass,
  type ReferenceStore,
} from '../../lambdas/references/reference-store.ts';
import { freshId, freshNodeId } from './namespace-fixture.ts';

function freshDigest(): string {
  return createHash('sha256').update(randomBytes(16)).digest('hex');
}

function freshHash(): ChunkHash {
  return ChunkHash.parse(freshDigest());
}

function freshContent(given: Partial<ContentKey> = {}): ContentKey {
  const manifest = new Uint8Array(36).fill(7);
  return { domain: 'shared', contentHash: ContentHash.parse(freshDigest()), manifest, ...given };
}

function freshNode(): NodeName {
  return { namespaceId: NamespaceId.parse(freshId()), nodeId: freshNodeId() };
}

/** What every ReferenceStore must do. */
export function describeReferenceStore(make: () => Promise<ReferenceStore>): void {
  let references: ReferenceStore;
  beforeAll(async () => {
    references = await make();
  });
  const get = () => references;
  describePasses(get);
  describeContents(get);
  describeReferences(get);
  describePositions(get);
}

async function begin(references: ReferenceStore, node: NodeName): Promise<NodePass> {
  return { ...node, pass: await references.beginPass(node) };
}

/** A content whose references are all there. */
async function referenced(references: ReferenceStore, node: NodeName, content = freshContent()): Promise<ContentKey> {
  const pass = await begin(references, node);
  expect(await references.beginAdding(pass, content)).toBe(true);
  expect(await references.endAdding(pass, content)).toBe(true);
  return content;
}

function describePasses(get: () => ReferenceStore): void {
  test('passes over a node are numbered upwards, also when 16 begin at once, and only the newest is the last', async () => {
    const node = freshNode();
    const numbers = await Promise.all(Array.from({ length: 16 }, () => get().beginPass(node)));
    expect(new Set(numbers).size).toBe(16);
    expect(Math.min(...numbers)).toBe(FIRST_PASS);
    const last = Math.max(...numbers);
    for (const pass of numbers) expect(await get().isLastPass({ ...node, pass })).toBe(pass === last);
    const { nodeId, namespaceId } = node;
    expect(await get().beginPass({ namespaceId: freshNode().namespaceId, nodeId })).toBeLessThan(last);
    expect(await get().beginPass({ namespaceId, nodeId })).toBeGreaterThan(last);
  });
}

function describeContents(get: () => ReferenceStore): void {
  test('contents are listed as they are: being added, referenced, being dropped, and then not at all', async () => {
    const node = freshNode();
    const [short, empty] = [freshContent(), freshContent({ manifest: new Uint8Array(0), domain: freshId() })];
    const { manifest: _manifest, ...long } = freshContent();
    const pass = await begin(get(), node);
    const contents = [short, empty, long];
    const list = async () =>
      (await get().listContents(node)).toSorted((a, b) => (a.contentHash < b.contentHash ? -1 : 1));
    const expected = (state: string) =>
      contents.map((content) => ({ ...content, state })).toSorted((a, b) => (a.contentHash < b.contentHash ? -1 : 1));
    for (const content of contents) expect(await get().beginAdding(pass, content)).toBe(true);
    expect(plain(await list())).toEqual(plain(expected('adding')));
    for (const content of contents) expect(await get().endAdding(pass, content)).toBe(true);
    expect(plain(await list())).toEqual(plain(expected('referenced')));
    for (const content of contents) expect(await get().beginDropping(pass, content)).toBe(true);
    expect(plain(await list())).toEqual(plain(expected('dropping')));
    for (const content of contents) expect(await get().endDropping(pass, content)).toBe(true);
    expect(await list()).toEqual([]);
    expect(await get().listContents(freshNode())).toEqual([]);
  });

  test('a pass that another one has overtaken drops nothing', async () => {
    const node = freshNode();
    const content = await referenced(get(), node);
    const overtaken = await begin(get(), node);
    await begin(get(), node);
    expect(await get().beginDropping(overtaken, content)).toBe(false);
    expect(plain(await get().listContents(node))).toEqual(plain([{ ...content, state: 'referenced' }]));
  });

  test('a pass that another one has overtaken ends no addition: the other may be dropping what both contents share', async () => {
    const node = freshNode();
    const content = freshContent();
    const overtaken = await begin(get(), node);
    expect(await get().beginAdding(overtaken, content)).toBe(true);
    const later = await begin(get(), node);
    expect(await get().endAdding(overtaken, content)).toBe(false);
    expect(plain(await get().listContents(node))).toEqual(plain([{ ...content, state: 'adding' }]));
    expect(await get().beginAdding(later, content)).toBe(true);
    expect(await get().endAdding(later, content)).toBe(true);
  });

  test('what a later pass is at is neither ended nor begun by an earlier one', async () => {
    const node = freshNode();
    const content = await referenced(get(), node);
    const earlier = await begin(get(), node);
    expect(await get().beginDropping(earlier, content)).toBe(true);
    const later = await begin(get(), node);
    expect(await get().beginAdding(later, content)).toBe(true);
    expect(await get().endDropping(earlier, content)).toBe(false);
    expect(await get().beginAdding(earlier, content)).toBe(false);
    expect(await get().endAdding(earlier, content)).toBe(false);
    expect(await get().endAdding(later, content)).toBe(true);
    expect(plain(await get().listContents(node))).toEqual(plain([{ ...content, state: 'referenced' }]));
  });

  test('a content that nobody knows is not made by dropping it', async () => {
    const node = freshNode();
    const pass = await begin(get(), node);
    expect(await get().beginDropping(pass, freshContent())).toBe(false);
    expect(await get().endDropping(pass, freshContent())).toBe(false);
    expect(await get().endAdding(pass, freshContent())).toBe(false);
    expect(await get().listContents(node)).toEqual([]);
  });
}

/** Bytes may come in any kind of array. */
function plain(contents: readonly object[]): unknown {
  const bytes = (_key: string, value: unknown) => (value instanceof Uint8Array ? [...value] : value);
  return JSON.parse(JSON.stringify(contents, (key, value) => bytes(key, isBuffer(value) ? [...value.data] : value)));
}

function isBuffer(value: unknown): value is { readonly data: readonly number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
}

function describeReferences(get: () => ReferenceStore): void {
  test('a chunk is referenced while a node of any namespace needs it, in its domain alone', async () => {
    const [one, other] = [freshNode(), freshNode()];
    const [hash, foreign] = [freshHash(), freshId()];
    const passes = [await begin(get(), one), await begin(get(), other)] as const;
    expect(await get().isReferenced('shared', hash)).toBe(false);
    for (const pass of passes) await get().add(pass, { domain: 'shared', hashes: [hash] });
    expect(await get().isReferenced('shared', hash)).toBe(true);
    expect(await get().isReferenced(foreign, hash)).toBe(false);
    await get().drop(passes[0], { domain: 'shared', hashes: [hash, freshHash()] });
    expect(await get().isReferenced('shared', hash)).toBe(true);
    await get().drop(passes[1], { domain: 'shared', hashes: [hash] });
    expect(await get().isReferenced('shared', hash)).toBe(false);
  });

  test('what a later pass has added stays, whatever an earlier one adds and drops after it', async () => {
    const node = freshNode();
    const chunks = { domain: 'shared', hashes: [freshHash()] };
    const [earlier, later] = [await begin(get(), node), await begin(get(), node)];
    await get().add(later, chunks);
    await get().add(earlier, chunks);
    await get().drop(earlier, chunks);
    expect(await get().isReferenced('shared', chunks.hashes[0] as ChunkHash)).toBe(true);
    await get().drop(later, chunks);
    expect(await get().isReferenced('shared', chunks.hashes[0] as ChunkHash)).toBe(false);
  });

  test('any number of chunks is referenced and dropped, again and again', async () => {
    const pass = await begin(get(), freshNode());
    const hashes = Array.from({ length: 150 }, freshHash);
    const all = async () => Promise.all(hashes.map((hash) => get().isReferenced('shared', hash)));
    for (let repeat = 0; repeat < 2; repeat++) await get().add(pass, { domain: 'shared', hashes });
    expect(new Set(await all())).toEqual(new Set([true]));
    for (let repeat = 0; repeat < 2; repeat++) await get().drop(pass, { domain: 'shared', hashes });
    expect(new Set(await all())).toEqual(new Set([false]));
  });
}

function describePositions(get: () => ReferenceStore): void {
  describe('the position of a namespace', () => {
    test('only goes on, within an epoch and to the next one, unless it is put back', async () => {
      const { namespaceId } = freshNode();
      expect(await get().getPosition(namespaceId)).toBeUndefined();
      const steps = [
        [
          { epoch: 1, seq: 5 },
          { epoch: 1, seq: 5 },
        ],
        [
          { epoch: 1, seq: 4 },
          { epoch: 1, seq: 5 },
        ],
        [
          { epoch: 2, seq: 3 },
          { epoch: 2, seq: 3 },
        ],
        [
          { epoch: 1, seq: 9 },
          { epoch: 2, seq: 3 },
        ],
        [
          { epoch: 2, seq: 4 },
          { epoch: 2, seq: 4 },
        ],
      ] as const;
      for (const [to, expected] of steps) {
        await get().advance(namespaceId, to);
        expect(await get().getPosition(namespaceId)).toEqual(expected);
      }
      expect(await get().getPosition(freshNode().namespaceId)).toBeUndefined();
      for (const to of [
        { epoch: 1, seq: 2 },
        { epoch: 3, seq: 1 },
      ]) {
        await get().setPosition(namespaceId, to);
        expect(await get().getPosition(namespaceId)).toEqual(to);
      }
    });
  });
}
