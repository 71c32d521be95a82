import { beforeEach, expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS, type Node } from '@syncline/protocol';
import type { TableRole } from '../../admin/finding.ts';
import { AuditedWorld } from '../support/audited-world.ts';
import { chunkOf, type Member, textBytes } from '../support/in-memory-member.ts';
import { inside } from '../support/shared-world.ts';

let world: AuditedWorld;
let ann: Member;
let bob: Member;
let file: Node;

/** A home with a file of two revisions, one in a folder, one in the trash, a shared folder with a guest, and a link. */
beforeEach(async () => {
  world = new AuditedWorld();
  ann = await world.person('ann');
  bob = await world.person('bob');
  ({ node: file } = await world.put(ann, { name: 'file', text: 'one' }));
  await world.put(ann, { name: 'file', text: 'two, and longer', nodeId: file.nodeId, baseRev: 1 });
  const folder = await world.mkdir(ann, 'folder');
  await world.put(ann, { name: 'inner', text: 'inside', parentId: folder.nodeId });
  const { node: gone } = await world.put(ann, { name: 'gone', text: 'in the trash' });
  await world.must(ann, { type: 'delete', nodeId: gone.nodeId, baseRev: gone.rev });
  const team = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId: team });
  await world.put(inside(bob, team), { name: 'plan', text: 'a plan', parentId: await rootOf(team) });
  await world.call(ann, 'createLink', { body: { role: 'view', namespaceId: ann.namespaceId, nodeId: file.nodeId } });
  await world.project();
});

async function rootOf(namespaceId: string) {
  return namespaceId as Node['nodeId'];
}

test('nothing is found in what the service has made', async () => {
  expect(await world.findings()).toEqual([]);
  expect(await world.findings({ isDeep: true })).toEqual([]);
  expect(await world.findings({ namespaceId: ann.namespaceId, isDeep: true })).toEqual([]);
});

interface Damage {
  readonly table: TableRole;
  readonly pk: RegExp;
  readonly sk?: RegExp;
  readonly change?: Record<string, { readonly S?: string; readonly N?: string }>;
}

const FILE_CHUNK = chunkOf(textBytes('two, and longer')).hash;

test.each<[damage: string, Damage, ...codes: string[]]>([
  ['the record of a chunk is gone', { table: 'chunks', pk: new RegExp(FILE_CHUNK), sk: /^chunk$/ }, 'chunk-unrecorded'],
  ['a reference is gone', { table: 'chunks', pk: new RegExp(FILE_CHUNK), sk: /^ref#/ }, 'reference-missing'],
  [
    'a count is another',
    { table: 'accounts', pk: /^ns#/, sk: /^head$/, change: { bytesLogical: { N: '7' } } },
    'usage-differs',
  ],
  ['an entry is gone', { table: 'changes', pk: /./, sk: /^3$/ }, 'journal-gap'],
  ['a place is gone', { table: 'files', pk: /^dir#/ }, 'place-missing'],
  ['a place says otherwise', { table: 'files', pk: /^dir#/, change: { size: { N: '77' } } }, 'place-differs'],
  ['the trash forgets', { table: 'files', pk: /^trash#/ }, 'trash-missing'],
  ['a revision is gone', { table: 'files', pk: /^node#/, sk: /^rev#0000000002$/ }, 'content-missing', 'usage-differs'],
  [
    'an owner is no member',
    { table: 'accounts', pk: /^ns#/, sk: /^member#/, change: { role: { S: 'viewer' } } },
    'owner-missing',
  ],
  [
    'members are counted wrongly',
    { table: 'accounts', pk: /^ns#/, sk: /^head$/, change: { memberCount: { N: '9' } } },
    'member-count-differs',
  ],
  [
    'a mount row is gone',
    { table: 'accounts', pk: /^account#/, sk: /^mount#/ },
    'mount-count-differs',
    'mount-missing',
  ],
  ['the list of links forgets', { table: 'accounts', pk: /^account#/, sk: /^link#/ }, 'link-pointer-missing'],
  ['a link is gone', { table: 'accounts', pk: /^link#/ }, 'link-dangling'],
  ['a journal was set back', { table: 'chunks', pk: /^projected#/, change: { seq: { N: '99' } } }, 'projection-ahead'],
])('%s: that is found, and nothing else', async (_damage, { table, pk, sk = /^/, change }, ...codes) => {
  world.meddle(table, world.rows(table, pk, sk), change);
  expect(await world.codes()).toEqual(codes);
});

test('an object that is gone, one with a flipped byte, and one too many are told apart, each with its file', async () => {
  const key = `chunks/shared/${FILE_CHUNK}`;
  world.flip(key);
  expect(await world.findings()).toEqual([]);
  const about = {
    domain: 'shared',
    hash: FILE_CHUNK,
    objectKey: key,
    namespaceId: ann.namespaceId,
    nodeId: file.nodeId,
  };
  expect(await world.findings({ isDeep: true })).toEqual([{ code: 'chunk-damaged', about, path: '/file' }]);
  const { objects } = world.service.stores;
  objects.sweep(key);
  expect(await world.findings()).toEqual([{ code: 'chunk-lost', about, path: '/file' }]);
  const only = await world.findings({ namespaceId: ann.namespaceId });
  expect(only).toEqual([{ code: 'chunk-lost', about, path: '/file' }]);
});

test('an object that no record names is told when it has had the time to be recorded', async () => {
  const bytes = textBytes('stray');
  const { hash } = chunkOf(bytes);
  const objectKey = `chunks/shared/${hash}`;
  await world.service.stores.objects.write({ key: objectKey, sha256: hash, bytes });
  expect(await world.findings()).toEqual([]);
  world.clock.advance(DAY_MS);
  expect(await world.findings()).toMatchObject([{ code: 'object-stray', about: { objectKey } }]);
});

test('a reference that no revision needs is waste, and what is not projected yet is no finding for an hour', async () => {
  const [row] = world.rows('chunks', new RegExp(FILE_CHUNK), /^ref#/);
  const other = chunkOf(textBytes('one')).hash;
  const inner = chunkOf(textBytes('inside')).hash;
  expect(other).not.toBe(inner);
  world.tables.client.meddle('chunks', { ...row, pk: { S: `shared#${inner}` } }, () => ({
    ...row,
    pk: { S: `shared#${inner}` },
  }));
  expect(await world.codes()).toEqual(['reference-extra']);
  await world.put(ann, { name: 'new', text: 'not projected' });
  expect(await world.codes()).toEqual(['reference-extra']);
  world.clock.advance(2 * HOUR_MS);
  expect(await world.codes()).toEqual(['projection-behind', 'reference-extra']);
});
