import { beforeAll, expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import type { JournalEntry } from '../../lambdas/namespaces/namespace-store.ts';
import type { FolderTrail } from '../../lambdas/webhooks/folder-trail.ts';
import {
  CHANGED_AT,
  emptyTransaction,
  entryOf,
  fileNode,
  freshNodeId,
  type NamespaceSubject,
  NEVER,
  openHome,
  placeOf,
  putFiles,
} from './namespace-fixture.ts';

export interface TrailSubject extends NamespaceSubject {
  readonly trail: FolderTrail;
}

/** What every FolderTrail must do. */
export function describeFolderTrail(make: () => Promise<TrailSubject>): void {
  let subject: TrailSubject;
  beforeAll(async () => {
    subject = await make();
  });

  test('steps tell what entries are about and where that was, and nothing more', async () => {
    const home = await openHome(subject);
    const node = fileNode(home, { name: 'a.txt' });
    await subject.namespaces.commit(putFiles(home, 0, [node]));
    const moved = { ...node, rev: 2, placeRev: 2, parentId: freshNodeId() };
    const renamed = { ...moved, rev: 3, placeRev: 3, name: 'b.txt' };
    const was = [{ parentId: home.root, name: 'before' }, { name: 'a.txt' }];
    const entries = [moved, renamed].map((after, index): JournalEntry => {
      const before = was[index];
      return { ...entryOf(home, 2 + index, after), type: 'moved', ...(before === undefined ? {} : { was: before }) };
    });
    const nodes = [{ node: renamed, expectedRev: 1 }];
    expect(await subject.namespaces.commit({ ...emptyTransaction(home, 1), entries, nodes })).toEqual({
      kind: 'committed',
    });
    const { namespaceId } = home;
    const { nodeId } = node;
    const steps = [
      { seq: 1, type: 'created', nodeId, parentId: home.root },
      { seq: 2, type: 'moved', nodeId, parentId: moved.parentId, wasParentId: home.root },
      { seq: 3, type: 'moved', nodeId, parentId: moved.parentId },
    ];
    expect(await subject.trail.listSteps({ namespaceId, after: 0, limit: 10 })).toEqual(steps);
    expect(await subject.trail.listSteps({ namespaceId, after: 1, limit: 1 })).toEqual([steps[1]]);
    expect(await subject.trail.listSteps({ namespaceId, after: 3, limit: 10 })).toEqual([]);
  });

  test('steps that have expired are left out, and what lies behind a gap of them too', async () => {
    const home = await openHome(subject);
    const soon = epochMs(subject.clock.now() + 1000);
    const nodes = ['a', 'b', 'c', 'd'].map((name) => fileNode(home, { name }));
    const made = putFiles(home, 0, nodes);
    const ends = [soon, NEVER, soon, NEVER];
    const entries = made.entries.map((entry, index) => ({ ...entry, expiresAt: ends[index] ?? NEVER }));
    await subject.namespaces.commit({ ...made, entries });
    const page = { namespaceId: home.namespaceId, after: 0, limit: 10 };
    expect(await subject.trail.listSteps(page)).toHaveLength(4);
    subject.clock.advance(5000);
    expect((await subject.trail.listSteps(page)).map(({ seq }) => seq)).toEqual([2]);
  });

  test('folders tell where they are, and whether they are in the trash or gone for good; what is not there is left out', async () => {
    const home = await openHome(subject);
    const live = fileNode(home, { name: 'live', kind: 'folder' });
    const trashed = fileNode(home, { name: 'trashed', parentId: live.nodeId, deletedAt: CHANGED_AT });
    const purged = { ...fileNode(home, { name: 'purged', deletedAt: CHANGED_AT }), purgedAt: CHANGED_AT };
    const nodes = [live, trashed, purged];
    const made = putFiles(home, 0, nodes);
    const places = [{ place: placeOf(live), node: live }];
    await subject.namespaces.commit({ ...made, revisions: [], places });
    const folders = await subject.trail.getFolders(home.namespaceId, [
      ...nodes.map(({ nodeId }) => nodeId),
      freshNodeId(),
    ]);
    expect(folders).toEqual(
      new Map([
        [live.nodeId, { parentId: home.root, kind: 'folder', isDeleted: false, isPurged: false }],
        [trashed.nodeId, { parentId: live.nodeId, kind: 'file', isDeleted: true, isPurged: false }],
        [purged.nodeId, { parentId: home.root, kind: 'file', isDeleted: true, isPurged: true }],
      ]),
    );
  });
}
