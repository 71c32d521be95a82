import { beforeEach, expect, test } from '@jest/globals';
import { HOUR_MS, type Node, rootNodeId } from '@syncline/protocol';
import { changeRow } from '../../admin/change-row.ts';
import type { TableRole } from '../../admin/finding.ts';
import { type Repair, type RepairOutcome, repair } from '../../admin/repair.ts';
import { AuditedWorld } from '../support/audited-world.ts';
import { chunkOf, type Member, textBytes } from '../support/in-memory-member.ts';
import { storePack } from '../support/in-memory-pack.ts';
import { inside } from '../support/shared-world.ts';

let world: AuditedWorld;
let ann: Member;
let file: Node;

beforeEach(async () => {
  world = new AuditedWorld();
  ann = await world.person('ann');
  const bob = await world.person('bob');
  ({ node: file } = await world.put(ann, { name: 'file', text: 'one' }));
  await world.put(ann, { name: 'file', text: 'two, and longer', nodeId: file.nodeId, baseRev: 1 });
  const { node: gone } = await world.put(ann, { name: 'gone', text: 'in the trash' });
  await world.must(ann, { type: 'delete', nodeId: gone.nodeId, baseRev: gone.rev });
  const team = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId: team });
  await world.put(inside(bob, team), { name: 'plan', text: 'a plan', parentId: rootNodeId(team) });
  await world.call(ann, 'createLink', { body: { role: 'view', namespaceId: ann.namespaceId, nodeId: file.nodeId } });
  await world.project();
});

interface Mended {
  readonly counts: Readonly<Record<RepairOutcome, number>>;
  readonly repairs: readonly Repair[];
  readonly kept: readonly Omit<Repair, 'outcome'>[];
}

async function mend(isDry = false): Promise<Mended> {
  const repairs: Repair[] = [];
  const kept: Omit<Repair, 'outcome'>[] = [];
  const counts = await repair(world.audit(), {
    isDry,
    tell: (told) => repairs.push(told),
    keep: async (planned) => void kept.push(planned),
  });
  return { counts, repairs, kept };
}

/** Every row of every table, but for when chunks were pinned and stored, and the numbers of passes. */
function everything(): readonly string[] {
  const tables = ['accounts', 'changes', 'chunks', 'files'] as const;
  return tables.flatMap((table) =>
    world
      .rows(table, /./)
      .map(({ pinnedUntil: _p, storedAt: _s, pass: _n, ...row }) =>
        JSON.stringify({ table, ...row }, Object.keys(row).concat('S', 'N', 'B', 'M', 'L', 'BOOL', 'table').toSorted()),
      ),
  );
}

const LONGER = chunkOf(textBytes('two, and longer')).hash;

interface Damage {
  readonly table: TableRole;
  readonly pk: RegExp;
  readonly sk?: RegExp;
  readonly change?: Record<string, { readonly S?: string; readonly N?: string }>;
}

test.each<[damage: string, Damage]>([
  ['the record of a chunk', { table: 'chunks', pk: new RegExp(LONGER), sk: /^chunk$/ }],
  ['a reference', { table: 'chunks', pk: new RegExp(LONGER), sk: /^ref#/ }],
  ['how far journals are projected', { table: 'chunks', pk: /^projected#/ }],
  ['all places', { table: 'files', pk: /^dir#/ }],
  ['what a place says', { table: 'files', pk: /^dir#/, change: { size: { N: '77' } } }],
  ['the list of the trash', { table: 'files', pk: /^trash#/ }],
  ['the row of a mount', { table: 'accounts', pk: /^account#/, sk: /^mount#/ }],
  ['the list of links', { table: 'accounts', pk: /^account#/, sk: /^link#/ }],
  ['how far a journal is projected', { table: 'chunks', pk: /^projected#/, change: { seq: { N: '99' } } }],
])('%s is mended, and everything is as it was', async (_damage, { table, pk, sk = /^/, change }) => {
  const before = everything();
  world.meddle(table, world.rows(table, pk, sk), change);
  expect(everything()).not.toEqual(before);
  // An entry may stay unprojected for a while.
  world.clock.advance(2 * HOUR_MS);
  expect((await mend()).counts.done).toBeGreaterThan(0);
  await world.project();
  expect(await world.findings({ isDeep: true })).toEqual([]);
  expect(everything()).toEqual(before);
});

test('bytes are counted anew', async () => {
  const before = everything();
  const [head] = world.rows('accounts', new RegExp(`^ns#${ann.namespaceId}`), /^head$/);
  world.meddle('accounts', head === undefined ? [] : [head], { bytesRetained: { N: '7' } });
  expect((await mend()).counts.done).toBe(1);
  expect(everything()).toEqual(before);
});

test('a dry run tells what would be done, and changes nothing', async () => {
  world.meddle('files', world.rows('files', /^dir#/), undefined);
  const before = everything();
  const { counts, repairs, kept } = await mend(true);
  expect(counts).toMatchObject({ done: 0, would: repairs.length });
  expect(repairs.length).toBeGreaterThan(0);
  expect(kept).toEqual([]);
  expect(everything()).toEqual(before);
});

test('what was done is kept before it is done, and undone with it', async () => {
  world.meddle('files', world.rows('files', /^dir#/), { size: { N: '77' } });
  const damaged = everything();
  const { kept } = await mend();
  expect(await world.findings()).toEqual([]);
  for (const { change } of kept) {
    if (change?.before === undefined || change.after === undefined) throw new Error('a row becomes another');
    const undo = { table: change.table, before: change.after, after: change.before };
    expect(await changeRow(world.audit(), undo)).toBe(true);
  }
  expect(everything()).toEqual(damaged);
});

test('the record of a chunk in a pack is found by looking into packs, compressed or not', async () => {
  const contents = ['packed '.repeat(40), 'also packed '.repeat(40)].map(textBytes);
  const service = world.service;
  await storePack(service, ann, contents);
  for (const text of ['packed '.repeat(40), 'also packed '.repeat(40)])
    await world.put(ann, { name: text.slice(0, 5), text });
  await world.project();
  const before = everything();
  const [first] = contents;
  world.meddle('chunks', world.rows('chunks', new RegExp(chunkOf(first ?? textBytes('')).hash), /^chunk$/), undefined);
  expect(await world.codes()).toEqual(['chunk-unrecorded']);
  expect((await mend()).counts).toMatchObject({ done: 1, impossible: 0 });
  expect(everything()).toEqual(before);
});

test('a record is not restored from bytes that are not those of the chunk, nor from none', async () => {
  world.meddle('chunks', world.rows('chunks', new RegExp(LONGER), /^chunk$/), undefined);
  world.flip(`chunks/shared/${LONGER}`);
  expect((await mend()).counts).toMatchObject({ done: 0, impossible: 1 });
  world.service.stores.objects.sweep(`chunks/shared/${LONGER}`);
  expect((await mend()).counts).toMatchObject({ done: 0, impossible: 1 });
});

test('a row that has changed since it was seen is left alone', async () => {
  const [seen] = world.rows('files', /^dir#/);
  if (seen === undefined) throw new Error('a folder lists something');
  world.meddle('files', [seen], { size: { N: '5' } });
  expect(await changeRow(world.audit(), { table: 'files', before: seen })).toBe(false);
  expect(await changeRow(world.audit(), { table: 'files', after: seen })).toBe(false);
  expect(world.rows('files', /^dir#/)[0]).toMatchObject({ size: { N: '5' } });
});
