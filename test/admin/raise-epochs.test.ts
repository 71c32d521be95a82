import { expect, test } from '@jest/globals';
import { epochMs, type NamespaceId, rootNodeId } from '@syncline/protocol';
import type { TableRole } from '../../admin/finding.ts';
import { raiseEpochs } from '../../admin/raise-epochs.ts';
import { runEpochs } from '../../admin/run-epochs.ts';
import { EPOCH_MAX } from '../../lambdas/namespaces/limits.ts';
import { AuditedWorld } from '../support/audited-world.ts';
import type { Member } from '../support/in-memory-member.ts';
import { inside } from '../support/shared-world.ts';

const TABLES: readonly TableRole[] = ['accounts', 'changes', 'chunks', 'files'];

/** A world with a shared folder whose tables can be set back all together. */
async function opened() {
  const world = new AuditedWorld();
  const ann = await world.person('ann');
  const team = await world.shareNew(ann, 'team');
  await world.put(ann, { name: 'old', text: 'old' });
  await world.project();
  return { world, ann, team };
}

/** Takes a picture of all tables; what it answers sets them back to it. */
function picture(world: AuditedWorld): () => void {
  const rows = TABLES.map((table) => ({ table, before: world.rows(table, /^/) }));
  return () => {
    for (const { table, before } of rows) {
      const name = world.tables.tableNames[table];
      for (const row of world.tables.client.rows(name)) world.tables.client.meddle(name, row, () => undefined);
      for (const row of before) world.tables.client.meddle(name, row, () => row);
    }
  };
}

const raise = (world: AuditedWorld, above = 0, isDry = false) =>
  raiseEpochs(world.audit(), { above, isDry, progress: () => undefined });

async function epochsOf(world: AuditedWorld): Promise<readonly number[]> {
  return (await world.audit().namespaces.listNamespaces(undefined)).heads.map(({ epoch }) => epoch);
}

async function fill(world: AuditedWorld, member: Member, namespaceId: NamespaceId, name: string): Promise<void> {
  for (let index = 0; index < 3; index++) {
    const parentId = rootNodeId(namespaceId);
    await world.put(inside(member, namespaceId), {
      name: `${name} ${index}`,
      text: `${name} in ${namespaceId}`,
      parentId,
    });
  }
}

test('I-24: a cursor of what the tables do not have any more is reset, though the journal has passed it again', async () => {
  const { world, ann, team } = await opened();
  const setBack = picture(world);
  for (const namespaceId of [ann.namespaceId, team]) await fill(world, ann, namespaceId, 'lost');
  const cursor = await world.cursor(ann);
  await world.project();
  setBack();
  expect(await raise(world)).toEqual({ epoch: 2, highest: 1, namespaces: 2 });
  for (const namespaceId of [ann.namespaceId, team]) {
    await fill(world, ann, namespaceId, 'new');
    await fill(world, ann, namespaceId, 'newer');
  }
  const answer = await world.service.invoke('listChanges', { query: { cursor } }, ann);
  expect(answer).toMatchObject({ ok: false, problem: { code: 'cursor_reset' } });
  expect(answer.ok ? undefined : answer.problem.details).toBeUndefined();
  await world.project();
  expect(await world.codes()).toEqual([]);
});

test('positions that lie ahead of the journals are begun anew, and so is a pass of the sweep, but not its clock', async () => {
  const { world, ann } = await opened();
  const setBack = picture(world);
  await fill(world, ann, ann.namespaceId, 'lost');
  await world.project();
  const ahead = await world.audit().references.getPosition(ann.namespaceId);
  setBack();
  const audit = world.audit();
  // The tables are set back to moments that may be seconds apart.
  if (ahead !== undefined) await audit.references.setPosition(ann.namespaceId, ahead);
  const clock = { wallAt: epochMs(5), sweepAt: 4, begunAt: 3, strayPacks: ['a/b'] };
  await audit.index.writeProgress({ ...clock, phase: 'chunks', after: 'x' });
  await audit.index.writeRebuild({ targets: [] });
  await raise(world);
  expect(await audit.references.getPosition(ann.namespaceId)).toEqual({ epoch: 2, seq: 0 });
  expect(await audit.index.readProgress()).toEqual({ ...clock, phase: 'heads' });
  expect(await audit.index.readRebuild()).toBeUndefined();
  await fill(world, ann, ann.namespaceId, 'new');
  await world.project();
  expect(await world.codes()).toEqual([]);
});

test('all namespaces get one epoch, above those they have and the one that is named', async () => {
  const { world } = await opened();
  await raise(world);
  const setBack = picture(world);
  await raise(world, 6);
  expect(await epochsOf(world)).toEqual([7, 7]);
  setBack();
  // What was told before: the tables do not know it any more.
  await raise(world, 7);
  expect(await epochsOf(world)).toEqual([8, 8]);
  await raise(world);
  expect(await epochsOf(world)).toEqual([9, 9]);
});

test('a dry run tells the epoch and changes nothing, and the number that is told afterwards is the one to keep', async () => {
  const { world } = await opened();
  const said: string[] = [];
  const terminal = { say: (text: string) => void said.push(text), progress: () => undefined };
  expect(await runEpochs(world.audit(), terminal, { above: 0, isDry: true })).toBe(0);
  expect(await epochsOf(world)).toEqual([1, 1]);
  expect(said).toEqual([
    '2 namespaces would get epoch 2; the highest until now is 1. Nothing was changed: repeat it with --yes, before anything is committed.',
  ]);
  await runEpochs(world.audit(), terminal, { above: 0, isDry: false });
  expect(await epochsOf(world)).toEqual([2, 2]);
  expect(said.at(-1)).toContain('--above 2');
});

test('an epoch that the search index could not tell from the next one is refused before anything is written', async () => {
  const { world } = await opened();
  await expect(raise(world, EPOCH_MAX)).rejects.toThrow(`no epoch above ${EPOCH_MAX}`);
  expect(await epochsOf(world)).toEqual([1, 1]);
});
