/** What a disk holds already is not fetched, wherever it stands there, and is checked before it is used. */
import { beforeEach, expect, test } from '@jest/globals';
import { type Node, rootNodeId } from '@syncline/protocol';
import * as fc from 'fast-check';
import { ChunkedAuthor } from '../support/chunked-author.ts';
import { FetchingDevice } from '../support/fetching-device.ts';
import { join, type Member } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { propertyCases } from '../support/property-runs.ts';

const RESTED = { kind: 'rested', problems: [] };
let service: InMemoryService;
let desk: Member;
let author: ChunkedAuthor;
let phone: FetchingDevice;

async function start(): Promise<void> {
  service = new InMemoryService();
  desk = await join(service, 'ada', 'desk');
  author = new ChunkedAuthor(service, desk);
  phone = new FetchingDevice(service, await join(service, 'ada', 'phone'));
}
beforeEach(start);

async function syncAndCount(): Promise<number> {
  expect(await phone.sync()).toMatchObject(RESTED);
  return phone.takeMoved().fetched;
}

test('of the next revision of a file only the chunks that are new are fetched, wherever they stand', async () => {
  const node = await author.put({ name: 'disk.img' }, ['one ', 'two ', 'three ', 'four ']);
  expect(await syncAndCount()).toBe(4);
  await author.put({ node }, ['zero ', 'one ', 'two ', 'changed ', 'four ']);
  expect(await syncAndCount()).toBe(2);
  expect(phone.files.text('disk.img')).toBe('zero one two changed four ');
});

test('a copy costs no byte, neither where it was made nor elsewhere', async () => {
  const laptop = new FetchingDevice(service, await join(service, 'ada', 'laptop'));
  laptop.files.write('photo.raw', 'a photo');
  await laptop.sync();
  expect(await syncAndCount()).toBe(1);
  laptop.takeMoved();
  laptop.files.mkdir('album');
  laptop.files.write('album/copy.raw', 'a photo');
  expect(await laptop.sync()).toMatchObject(RESTED);
  expect(laptop.takeMoved()).toEqual({ fetched: 0, sent: 0 });
  expect(await syncAndCount()).toBe(0);
  expect(phone.files.text('album/copy.raw')).toBe('a photo');
});

test('a move costs no byte', async () => {
  const node = await author.put({ name: 'big.bin' }, ['one ', 'two ']);
  await syncAndCount();
  await author.apply({
    type: 'move',
    nodeId: node.nodeId,
    baseRev: node.rev,
    parentId: node.parentId,
    name: 'large.bin',
  });
  expect(await syncAndCount()).toBe(0);
  expect(phone.files.text('large.bin')).toBe('one two ');
});

test('a copy that was changed since is fetched where it was changed alone', async () => {
  await author.put({ name: 'a.bin' }, ['one ', 'two ', 'three ']);
  await syncAndCount();
  await author.put({ name: 'b.bin' }, ['one ', 'else ', 'three ', 'one ']);
  expect(await syncAndCount()).toBe(1);
  expect(phone.files.text('b.bin')).toBe('one else three one ');
});

test('a chunk that a file repeats is fetched once', async () => {
  await author.put({ name: 'sparse.img' }, ['head ', ...Array<string>(20).fill('zero '), 'tail ']);
  expect(await syncAndCount()).toBe(3);
  expect(phone.files.text('sparse.img')).toBe(`head ${'zero '.repeat(20)}tail `);
});

test('a file that somebody has changed since is noticed by its bytes, and the network has the right ones', async () => {
  await author.put({ name: 'a.bin' }, ['one ', 'two ']);
  await syncAndCount();
  // As a disk does that rots: the file is in the state that was agreed on, and its bytes are others.
  const read = phone.files.read.bind(phone.files);
  phone.files.read = async (file, range) => {
    const answer = await read(file, range);
    return answer.kind === 'read' ? { kind: 'read', bytes: answer.bytes.map((byte) => byte ^ 1) } : answer;
  };
  await author.put({ name: 'b.bin' }, ['one ', 'two ', 'three ']);
  expect(await syncAndCount()).toBe(3);
  expect(phone.files.text('b.bin')).toBe('one two three ');
});

test('a file that is written to while its chunks are taken gives none of them', async () => {
  await author.put({ name: 'a.bin' }, ['one ', 'two ']);
  await syncAndCount();
  const read = phone.files.read.bind(phone.files);
  let reads = 0;
  phone.files.read = (file, range) => {
    reads += 1;
    if (reads === 1) phone.files.write('a.bin', 'ONE TWO ');
    return read(file, range);
  };
  await author.put({ name: 'b.bin' }, ['one ', 'two ', 'three ']);
  expect(await syncAndCount()).toBe(3);
  expect(phone.files.text('b.bin')).toBe('one two three ');
  expect(phone.files.text('a.bin')).toBe('ONE TWO ');
});

type Doing =
  | { readonly type: 'put'; readonly file: number; readonly parts: readonly number[] }
  | { readonly type: 'move' | 'copy' | 'delete'; readonly file: number; readonly to: number }
  | { readonly type: 'edit' | 'remove'; readonly file: number; readonly text: number }
  | { readonly type: 'sync' };

const FILES = 6;
const file = fc.nat(FILES - 1);
const aDoing: fc.Arbitrary<Doing> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('put'), file, parts: fc.array(fc.nat(12), { maxLength: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('move', 'copy', 'delete'), file, to: file }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('edit', 'remove'), file, text: fc.nat(12) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('sync') }) },
);

const textOf = (part: number): string => `part ${part} ${'x'.repeat(part)}\n`;

/** Does at the service, or on the disk of the phone, what a history says, as far as it can be done. */
async function perform(doing: Doing, nodes: Map<string, Node>): Promise<void> {
  const name = 'file' in doing ? `file ${doing.file}` : '';
  const node = nodes.get(name);
  switch (doing.type) {
    case 'put':
      nodes.set(name, await author.put(node === undefined ? { name } : { node }, doing.parts.map(textOf)));
      return;
    case 'copy':
    case 'move':
    case 'delete':
      if (node !== undefined) await rearrange(doing.type, { node, to: `file ${doing.to}` }, nodes);
      return;
    case 'edit':
      phone.files.write(name, `edited ${textOf(doing.text)}`);
      return;
    case 'remove':
      phone.files.remove(name);
      return;
    case 'sync':
      expect(await phone.sync()).toMatchObject(RESTED);
      await learn(nodes);
  }
}

async function rearrange(
  type: 'copy' | 'move' | 'delete',
  { node, to }: { readonly node: Node; readonly to: string },
  nodes: Map<string, Node>,
): Promise<void> {
  const { nodeId, rev: baseRev, name } = node;
  const parentId = rootNodeId(desk.namespaceId);
  if (type === 'delete') {
    await author.apply({ type, nodeId, baseRev });
    nodes.delete(name);
  } else if (!nodes.has(to)) {
    if (type === 'move') {
      nodes.set(to, await author.apply({ type, nodeId, baseRev, parentId, name: to }));
      nodes.delete(name);
    } else {
      const from = { namespaceId: desk.namespaceId, nodeId };
      nodes.set(to, await author.apply({ type, from, parentId, name: to }));
    }
  }
}

/** The author takes note of what the phone has done. */
async function learn(nodes: Map<string, Node>): Promise<void> {
  const tree = await service.invoke('listTree', { query: {} }, desk);
  nodes.clear();
  for (const node of tree.ok ? tree.value.nodes : []) nodes.set(node.name, node);
}

test('whatever is written, moved, copied and edited on both sides, every byte arrives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aDoing, { minLength: 4, maxLength: 30 }), async (history) => {
      await start();
      const nodes = new Map<string, Node>();
      for (const doing of history) {
        await learn(nodes);
        await perform(doing, nodes);
      }
      expect(await phone.sync()).toMatchObject(RESTED);
      const fresh = new FetchingDevice(service, await join(service, 'ada', 'fresh'));
      expect(await fresh.sync()).toMatchObject(RESTED);
      expect(phone.files.tree()).toEqual(fresh.files.tree());
    }),
    { numRuns: propertyCases(60) },
  );
});
