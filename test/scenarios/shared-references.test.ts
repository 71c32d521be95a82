import { beforeEach, expect, test } from '@jest/globals';
import type { NamespaceId, NodeId } from '@syncline/protocol';
import { createProjectHandler, type ProjectedEntry } from '../../lambdas/references/create-project-handler.ts';
import { projectNamespace } from '../../lambdas/references/project-namespace.ts';
import { projectNode } from '../../lambdas/references/project-node.ts';
import { chunkOf, type Member, textBytes } from '../support/in-memory-member.ts';
import { inside, SharedWorld } from '../support/shared-world.ts';

let world: SharedWorld;
let ann: Member;
/** A folder of Ann's with a file, shared with Bob after that was committed. */
let namespaceId: NamespaceId;
let bob: Member;
let fileId: NodeId;

function ports() {
  const { stores } = world.service;
  return { ...stores, meter: stores.telemetry };
}

async function project(member: Member): Promise<void> {
  const { namespaceId: projected } = member;
  const { head } = (await world.service.stores.namespaces.readAccess(member)) ?? {};
  await projectNamespace(ports(), projected, { epoch: 1, seq: head?.seq ?? 0 });
}

async function referenced(...texts: readonly string[]): Promise<readonly boolean[]> {
  const { references } = world.service.stores;
  return Promise.all(texts.map((text) => references.isReferenced('shared', chunkOf(textBytes(text)).hash)));
}

async function expire(rev: number): Promise<void> {
  const { namespaces } = world.service.stores;
  const listRevisions = namespaces.listRevisions.bind(namespaces);
  namespaces.listRevisions = async (page) => {
    const { revisions, ...rest } = await listRevisions(page);
    return { ...rest, revisions: revisions.filter((revision) => revision.rev !== rev) };
  };
}

beforeEach(async () => {
  world = new SharedWorld();
  ann = await world.person('ann');
  const folder = await world.mkdir(ann, 'team');
  fileId = (await world.put(ann, { name: 'a', text: 'before', parentId: folder.nodeId })).node.nodeId;
  namespaceId = (await world.share(ann, folder.nodeId)).namespaceId;
  const guest = await world.person('bob');
  await world.welcome(ann, guest, { namespaceId });
  bob = inside(guest, namespaceId);
});

test.each([
  ['before it was shared', true],
  ['after it was shared', false],
])(
  'a file whose journal at home is projected %s has the references of all that it retains, and none of what it does not',
  async (_when, isEarly) => {
    if (isEarly) await project(ann);
    await world.put(bob, { name: 'a', nodeId: fileId, baseRev: 1, text: 'after' });
    await project(bob);
    if (!isEarly) await project(ann);
    expect(await referenced('before', 'after')).toEqual([true, true]);
    // An expiry of the shared folder is all that tells of what goes there.
    await expire(1);
    await projectNode(ports(), { namespaceId, nodeId: fileId });
    expect(await referenced('before', 'after')).toEqual([false, true]);
    // Nor does a late look from the home take what is retained.
    await projectNode(ports(), { namespaceId: ann.namespaceId, nodeId: fileId });
    expect(await referenced('before', 'after')).toEqual([false, true]);
  },
);

test('a file that entries of its home and of the folder that was shared of it name, in one batch of records, is projected by both', async () => {
  const { stores } = world.service;
  await world.put(bob, { name: 'a', nodeId: fileId, baseRev: 1, text: 'after' });
  const decodeEntry = (image: unknown) => image as ProjectedEntry;
  const consume = createProjectHandler({ ...stores, decodeEntry, indexTasks: undefined });
  const records = stores.namespaces.takeAppended().map((entry, index) => ({
    eventName: 'INSERT' as const,
    dynamodb: { SequenceNumber: `${index}`, NewImage: entry },
  }));
  const namespaces = new Set(records.map(({ dynamodb }) => dynamodb.NewImage.namespaceId));
  expect(namespaces).toContain(ann.namespaceId);
  expect(namespaces).toContain(namespaceId);
  expect(await consume({ Records: records }, { awsRequestId: 'both' })).toEqual({ batchItemFailures: [] });
  expect(await referenced('before', 'after')).toEqual([true, true]);
});
