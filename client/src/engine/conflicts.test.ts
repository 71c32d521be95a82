import { describe, expect, test } from '@jest/globals';
import { type ConflictStrategy, UploadId } from '@syncline/protocol';
import { GivenHints } from '../../../test/support/given-hints.ts';
import { handlersSyncService } from '../../../test/support/handlers-sync-service.ts';
import { InMemoryService } from '../../../test/support/in-memory-service.ts';
import { lookAt } from '../../../test/support/look-at.ts';
import { ModelService, modelDevice } from '../../../test/support/model-service.ts';
import { modelSyncService, SyncDevice, type SyncService } from '../../../test/support/sync-world.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { settleCopy } from './conflicts.ts';

/** Two devices that agree on `f`, and then both edit it: `b` reaches the service first, with `theirs`. */
async function bothEdited(onConflict: ConflictStrategy, service: SyncService = modelSyncService(new ModelService())) {
  const clock = new VirtualClock();
  const a = new SyncDevice(service, 1);
  const b = new SyncDevice(service, 2);
  a.files.write('f.txt', 'base');
  await a.sync();
  await b.sync();
  b.files.write('f.txt', 'theirs');
  await b.sync();
  a.files.write('f.txt', 'mine');
  const loop = await a.loop({ clock, hints: new GivenHints() }, { onConflict });
  const ended = loop.run();
  const rest = () => clock.pass(5000);
  await rest();
  const texts = async () => [...(await service.tree()).values()].toSorted((x = '', y = '') => (x < y ? -1 : 1));
  return { service, a, b, loop, ended, rest, texts };
}

const COPY = /^f \(conflicted copy from device 1 .*\)\.txt$/;

describe.each([
  ['the model', () => modelSyncService(new ModelService())],
  ['the handlers', () => handlersSyncService(new InMemoryService())],
] as const)('an edit on a base that the service has left, with %s,', (_, make) => {
  test('becomes a conflicted copy with keep_both', async () => {
    const { a, texts } = await bothEdited('keep_both', make());
    expect(a.files.tree().get('f.txt')).toBe('theirs');
    expect([...a.files.tree().keys()].filter((path) => COPY.test(path))).toHaveLength(1);
    expect(await texts()).toEqual(['mine', 'theirs']);
  });

  test('replaces the other one with keep_mine, and that one stays a revision', async () => {
    const { service, a, texts } = await bothEdited('keep_mine', make());
    expect(a.files.tree()).toEqual(new Map([['f.txt', 'mine']]));
    expect(await texts()).toEqual(['mine']);
    expect(await service.hasCommitted('theirs')).toBe(true);
  });

  test('gives way with keep_theirs, and stays a revision', async () => {
    const { a, texts, loop } = await bothEdited('keep_theirs', make());
    expect(a.files.tree()).toEqual(new Map([['f.txt', 'theirs']]));
    expect(await texts()).toEqual(['theirs']);
    expect(loop.status()).toMatchObject({ state: 'idle', problems: [] });
  });

  test('wins or gives way by the larger clock with last_write_wins, and both devices agree', async () => {
    const { a, b, texts } = await bothEdited('last_write_wins', make());
    await b.sync();
    expect(await texts()).toHaveLength(1);
    expect([...a.files.tree().values()]).toEqual(await texts());
    expect([...b.files.tree().values()]).toEqual(await texts());
  });

  test('stays where it is with fail, is told, and both contents are kept', async () => {
    const { a, texts, loop } = await bothEdited('fail', make());
    expect(a.files.tree()).toEqual(new Map([['f.txt', 'mine']]));
    expect(await texts()).toEqual(['theirs']);
    expect(loop.status().problems).toMatchObject([{ path: 'f.txt', reason: 'conflict' }]);
    expect(loop.conflicts()).toMatchObject([{ kind: 'unsettled', path: 'f.txt' }]);
  });
});

describe.each([
  ['the model', () => modelSyncService(new ModelService())],
  ['the handlers', () => handlersSyncService(new InMemoryService())],
] as const)('a file that meets a folder of its name, with %s,', (_, make) => {
  async function meet(onConflict: ConflictStrategy) {
    const service = make();
    const clock = new VirtualClock();
    const b = new SyncDevice(service, 2);
    b.files.mkdir('f.txt');
    await b.sync();
    const a = new SyncDevice(service, 1);
    a.files.write('f.txt', 'mine');
    const loop = await a.loop({ clock, hints: new GivenHints() }, { onConflict });
    void loop.run();
    const rest = () => clock.pass(5000);
    await rest();
    return { service, loop, rest, tree: async () => new Map(await service.tree()) };
  }

  test.each(['keep_both', 'keep_mine', 'keep_theirs', 'last_write_wins'] as const)(
    'is kept beside it with %s',
    async (onConflict) => {
      const { loop, tree } = await meet(onConflict);
      const copy = expect.stringMatching(COPY);
      expect([...(await tree())].toSorted(([x], [y]) => (x < y ? -1 : 1))).toEqual([
        [copy, 'mine'],
        ['f.txt', undefined],
      ]);
      expect(loop.status()).toMatchObject({ state: 'idle', problems: [] });
    },
  );

  test.each(['mine', 'theirs', 'both'] as const)('is kept beside it once it is settled as %s', async (choice) => {
    const { loop, rest, tree } = await meet('fail');
    expect(loop.conflicts()).toMatchObject([{ kind: 'unsettled', path: 'f.txt' }]);
    await loop.settleConflict('f.txt', choice);
    await rest();
    expect(new Set((await tree()).values())).toEqual(new Set(['mine', undefined]));
    expect((await tree()).size).toBe(2);
    expect(loop.status()).toMatchObject({ state: 'idle', problems: [] });
  });
});

test('an answer with other bytes than were sent agrees on nothing, and both contents are kept', async () => {
  const model = new ModelService();
  const service = modelSyncService(model);
  const edited = { isFirst: true };
  const a = new SyncDevice(
    {
      ...service,
      connect: async (number, faults) => {
        const remote = await service.connect(number, faults);
        return {
          ...remote,
          commit: async (operations, cursor) => {
            const [put] = operations;
            const isEdit = put?.type === 'put' && put.nodeId !== undefined;
            if (!edited.isFirst || !isEdit) return remote.commit(operations, cursor);
            edited.isFirst = false;
            const uploadId = UploadId.parse(model.upload(Buffer.from('theirs')).uploadId);
            const results = model.commit(modelDevice(9), [{ ...put, uploadId }]);
            return { kind: 'ok', value: { results } };
          },
        };
      },
    },
    1,
  );
  a.files.write('f.txt', 'base');
  await a.sync();
  a.files.write('f.txt', 'mine');
  await a.sync();
  expect(new Set((await service.tree()).values())).toEqual(new Set(['mine', 'theirs']));
  expect(a.files.tree()).toEqual(await service.tree());
});

describe('a conflict that was left to a person', () => {
  test.each([
    ['mine', ['mine']],
    ['theirs', ['theirs']],
    ['both', ['mine', 'theirs']],
  ] as const)('is settled as %s', async (choice, expected) => {
    const { a, texts, loop, rest } = await bothEdited('fail');
    expect(await loop.settleConflict('f.txt', choice)).toBe('settled');
    await rest();
    expect(await texts()).toEqual(expected);
    expect([...a.files.tree().values()].toSorted((x = '', y = '') => (x < y ? -1 : 1))).toEqual(expected);
    expect(loop.status().problems).toEqual([]);
  });
});

describe('a conflicted copy', () => {
  test.each([
    ['mine', ['mine'], 'mine'],
    ['theirs', ['theirs'], 'theirs'],
    ['both', ['mine', 'theirs'], 'theirs'],
  ] as const)('is settled as %s, and is no conflict any more', async (choice, expected, file) => {
    const { a, texts, loop, rest } = await bothEdited('keep_both');
    const [conflict] = loop.conflicts();
    expect(conflict).toMatchObject({ kind: 'copy', path: 'f.txt', deviceName: 'device 1' });
    const settled = loop.settleConflict(conflict?.conflictId ?? '', choice);
    await rest();
    expect(await settled).toBe('settled');
    expect(await texts()).toEqual(expected);
    expect(a.files.tree().get('f.txt')).toBe(file);
    expect(loop.conflicts()).toEqual([]);
  });

  test('that is unknown is told as such, and nothing is done', async () => {
    const { loop, texts } = await bothEdited('keep_both');
    expect(await loop.settleConflict('01ARZ3NDEKTSV4RRFFQ69G5FAV', 'mine')).toBe('unknown');
    expect(await texts()).toEqual(['mine', 'theirs']);
  });

  test('that was edited meanwhile is left as it is', async () => {
    const { a, loop, rest } = await bothEdited('keep_both');
    const [conflict] = loop.conflicts();
    const settled = loop.settleConflict(conflict?.conflictId ?? '', 'theirs');
    a.files.write(conflict?.copyPath ?? '', 'edited once more');
    await rest();
    expect(await settled).toBe('changed');
    expect([...a.files.tree().values()]).toContain('edited once more');
  });

  test('goes over a file that was edited and never sent only when that lies in the trash', async () => {
    const { a, loop } = await bothEdited('keep_both');
    const [conflict] = loop.conflicts();
    a.files.write('f.txt', 'never sent');
    if (conflict === undefined) throw new Error('there is a conflict');
    const { trees } = await lookAt(a, new ModelService().rootId);
    expect(await settleCopy({ files: a.files, trees }, conflict, 'mine')).toBe('settled');
    expect(a.files.tree()).toEqual(new Map([['f.txt', 'mine']]));
    expect(Buffer.from(a.files.trashed.get('f.txt') ?? []).toString()).toBe('never sent');
  });

  test('gives way to nothing while the file that it is to replace is edited', async () => {
    const { a, loop, rest } = await bothEdited('keep_both');
    const [conflict] = loop.conflicts();
    const settled = loop.settleConflict(conflict?.conflictId ?? '', 'mine');
    a.files.write('f.txt', 'edited once more');
    await rest();
    expect(await settled).toBe('changed');
    expect(new Set(a.files.tree().values())).toEqual(new Set(['mine', 'edited once more']));
  });

  test.each([
    ['mine', 'name-taken'],
    ['both', 'settled'],
  ] as const)('whose file has become a folder is settled as %s: %s', async (choice, outcome) => {
    const { a, loop, rest } = await bothEdited('keep_both');
    a.files.remove('f.txt');
    a.files.mkdir('f.txt');
    a.files.write('f.txt/inside', 'kept');
    a.files.mkdir('f (device 1).txt');
    a.files.write('f (device 1).txt/inside', 'kept');
    await rest();
    const [conflict] = loop.conflicts();
    const settled = loop.settleConflict(conflict?.conflictId ?? '', choice);
    await rest();
    expect(await settled).toBe(outcome);
    expect([...a.files.tree().values()].filter((text) => text !== undefined).toSorted()).toEqual([
      'kept',
      'kept',
      'mine',
    ]);
  });
});
