import { expect, test } from '@jest/globals';
import { JOURNAL_RETENTION_MS, MINUTE_MS, type Node, NodeId, rootNodeId, SECOND_MS } from '@syncline/protocol';
import { LOOK_ENTRIES_MAX, LOOK_FOLDERS_MAX } from '../../lambdas/webhooks/limits.ts';
import { committed } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';
import { inside } from '../support/shared-world.ts';
import { type Receiver, WebhookWorld } from '../support/webhook-world.ts';

/** Longer than any change gathers, and than a first look waits. */
const A_MINUTE = MINUTE_MS / SECOND_MS;

async function opened() {
  const world = new WebhookWorld();
  const ann = await world.person('ann');
  const folder = await world.mkdir(ann, 'folder');
  const other = await world.mkdir(ann, 'other');
  const receiver = await world.follow(ann, ann.namespaceId, folder.nodeId);
  await world.pass(A_MINUTE);
  return { world, ann, folder, other, receiver };
}

/** What deliveries read of the journal and of folders. */
function countReads(world: WebhookWorld) {
  const { namespaces } = world.stores;
  const counted = { entries: 0, nodes: 0 };
  const [listEntries, getNodes] = [namespaces.listEntries.bind(namespaces), namespaces.getNodes.bind(namespaces)];
  const deliver = world.deliver.bind(world);
  world.deliver = async () => {
    namespaces.listEntries = async (page) => {
      const entries = await listEntries(page);
      counted.entries += entries.length;
      return entries;
    };
    namespaces.getNodes = (namespaceId, nodeIds) => {
      counted.nodes += nodeIds.length;
      return getNodes(namespaceId, nodeIds);
    };
    const handled = await deliver();
    Object.assign(namespaces, { listEntries, getNodes });
    return handled;
  };
  return counted;
}

/** How many messages a receiver got by what is done, and that the last one reaches the journal's end. */
async function toldBy(
  { world, ann, receiver }: { readonly world: WebhookWorld; readonly ann: Member; readonly receiver: Receiver },
  act: () => Promise<unknown>,
): Promise<number> {
  const before = receiver.heard.length;
  await act();
  await world.pass(A_MINUTE);
  const heard = receiver.heard.slice(before);
  if (heard.length > 0) expect(heard.at(-1)?.data.seq).toBe(await world.head(ann));
  return heard.length;
}

function move(world: WebhookWorld, ann: Member, node: Node, to: { readonly parentId: NodeId; readonly name?: string }) {
  const { nodeId, name, placeRev: baseRev } = node;
  return world.must(ann, { type: 'move', nodeId, baseRev, name, ...to });
}

async function remove(world: WebhookWorld, ann: Member, { nodeId, rev: baseRev }: Node) {
  return world.must(ann, { type: 'delete', nodeId, baseRev, baseSeq: await world.head(ann) });
}

function bringBack(world: WebhookWorld, ann: Member, { nodeId }: Node) {
  return world.must(ann, { type: 'restore', nodeId });
}

async function purge(world: WebhookWorld, ann: Member, { nodeId }: Node) {
  const { entries } = await world.call(ann, 'listTrash', { query: {} });
  const deletedAt = entries.find((entry) => entry.nodeId === nodeId)?.deletedAt;
  if (deletedAt === undefined) throw new Error('what is purged is in the trash');
  await world.must(ann, { type: 'purge', nodeId, deletedAt });
}

test('who follows a folder is told of changes at and below it, and of no others', async () => {
  const given = await opened();
  const { world, ann, folder, other, receiver } = given;
  const parentId = folder.nodeId;
  expect(await toldBy(given, () => world.mkdir(ann, 'beside'))).toBe(0);
  expect(await toldBy(given, () => world.mkdir(ann, 'below other', other.nodeId))).toBe(0);
  const state = await world.stateOf(ann, receiver);
  expect(state).toMatchObject({ folderId: folder.nodeId, seq: await world.head(ann) });
  expect(state).not.toHaveProperty('last');
  expect(await toldBy(given, () => world.put(ann, { name: 'a.txt', text: 'a', parentId }))).toBe(1);
  expect(receiver.heard.at(-1)?.data).toMatchObject({ namespaceId: ann.namespaceId, folderId: folder.nodeId });
  const [sent] = receiver.posts;
  expect(sent?.post.body).not.toMatch(/a\.txt|folder"/);
  const deep = await world.mkdir(ann, 'deep', folder.nodeId);
  const deeper = await world.mkdir(ann, 'deeper', deep.nodeId);
  await world.pass(A_MINUTE);
  expect(await toldBy(given, () => world.mkdir(ann, 'deepest', deeper.nodeId))).toBe(1);
  expect(
    await toldBy(given, () => move(world, ann, folder, { parentId: rootNodeId(ann.namespaceId), name: 'b' })),
  ).toBe(1);
});

test('what is moved into the folder, out of it or within it is told', async () => {
  const given = await opened();
  const { world, ann, folder, other } = given;
  const deep = await world.mkdir(ann, 'deep', folder.nodeId);
  await world.pass(A_MINUTE);
  const guest = await world.mkdir(ann, 'guest', other.nodeId);
  let at = guest;
  expect(await toldBy(given, async () => ({ node: at } = await move(world, ann, at, { parentId: deep.nodeId })))).toBe(
    1,
  );
  expect(
    await toldBy(given, async () => ({ node: at } = await move(world, ann, at, { parentId: folder.nodeId }))),
  ).toBe(1);
  expect(await toldBy(given, async () => ({ node: at } = await move(world, ann, at, { parentId: other.nodeId })))).toBe(
    1,
  );
  expect(await toldBy(given, () => world.mkdir(ann, 'below the guest', at.nodeId))).toBe(0);
});

test('what was changed in a folder that was moved out before anybody looked is told', async () => {
  const given = await opened();
  const { world, ann, folder, other } = given;
  const deep = await world.mkdir(ann, 'deep', folder.nodeId);
  await world.pass(A_MINUTE);
  const done = async () => {
    await world.put(ann, { name: 'a.txt', text: 'a', parentId: deep.nodeId });
    await move(world, ann, deep, { parentId: other.nodeId });
  };
  expect(await toldBy(given, done)).toBe(1);
});

test('a folder that is moved is followed to where it is', async () => {
  const given = await opened();
  const { world, ann, folder, other } = given;
  const top = await world.mkdir(ann, 'top', other.nodeId);
  await world.pass(A_MINUTE);
  expect(await toldBy(given, () => move(world, ann, folder, { parentId: top.nodeId }))).toBe(1);
  expect(await toldBy(given, () => world.mkdir(ann, 'a', folder.nodeId))).toBe(1);
  // Where a folder above it stands changes nothing of it.
  const renamed = { parentId: rootNodeId(ann.namespaceId), name: 'renamed' };
  expect(await toldBy(given, () => move(world, ann, other, renamed))).toBe(0);
  expect(await toldBy(given, () => world.mkdir(ann, 'b', folder.nodeId))).toBe(1);
  expect(await toldBy(given, () => world.mkdir(ann, 'c', top.nodeId))).toBe(0);
});

test.each(['it', 'a folder above it'])(
  'that a folder is in the trash, because %s was deleted, is told once, and then that it is back',
  async (which) => {
    const given = await opened();
    const { world, ann, folder, other, receiver } = given;
    const { node: moved } = await move(world, ann, folder, { parentId: other.nodeId });
    await world.pass(A_MINUTE);
    const deleted = which === 'it' ? moved : other;
    expect(await toldBy(given, () => remove(world, ann, deleted))).toBe(1);
    expect(await world.stateOf(ann, receiver)).toMatchObject({ restingSince: expect.any(String) });
    expect(await toldBy(given, () => world.mkdir(ann, 'beside'))).toBe(0);
    expect(await world.stateOf(ann, receiver)).not.toHaveProperty('end');
    expect(await toldBy(given, () => bringBack(world, ann, deleted))).toBe(1);
    expect(await world.stateOf(ann, receiver)).not.toHaveProperty('restingSince');
    expect(await toldBy(given, () => world.mkdir(ann, 'a', folder.nodeId))).toBe(1);
    expect(await toldBy(given, () => world.mkdir(ann, 'still beside'))).toBe(0);
  },
);

test('a folder that lies in the trash by itself is followed although the one that it was in is gone for good', async () => {
  const given = await opened();
  const { world, ann, folder, other, receiver } = given;
  const { node: moved } = await move(world, ann, folder, { parentId: other.nodeId });
  const done = async () => {
    await remove(world, ann, moved);
    await remove(world, ann, other);
    await purge(world, ann, other);
  };
  expect(await toldBy(given, done)).toBe(1);
  expect(await world.stateOf(ann, receiver)).not.toHaveProperty('end');
  const parentId = rootNodeId(ann.namespaceId);
  const back = { type: 'restore', nodeId: folder.nodeId, parentId, name: 'back' } as const;
  expect(await toldBy(given, () => world.must(ann, back))).toBe(1);
  expect(await toldBy(given, () => world.mkdir(ann, 'a', folder.nodeId))).toBe(1);
});

test('of a folder that is gone for good it is told, and the webhook ends; a test does not make it go on', async () => {
  const given = await opened();
  const { world, ann, folder, receiver } = given;
  await world.pass(A_MINUTE);
  const gone = async () => {
    await remove(world, ann, folder);
    await purge(world, ann, folder);
  };
  expect(await toldBy(given, gone)).toBe(1);
  expect(await world.stateOf(ann, receiver)).toMatchObject({ end: 'folder_gone' });
  expect(await toldBy(given, () => world.mkdir(ann, 'beside'))).toBe(0);
  await world.call(ann, 'testWebhook', { parameters: { webhookId: receiver.webhookId } });
  await world.pass(A_MINUTE);
  expect(receiver.heard.at(-1)?.type).toBe('webhook.test');
  expect(await world.stateOf(ann, receiver)).toMatchObject({ end: 'folder_gone' });
});

test.each(['the followed folder', 'a folder above it'])(
  'when %s is shared, whose changes stand in a journal of their own then, the receiver is told, and the webhook ends',
  async (which) => {
    const given = await opened();
    const { world, ann, folder, other, receiver } = given;
    await move(world, ann, folder, { parentId: other.nodeId });
    await world.pass(A_MINUTE);
    const shared = which === 'a folder above it' ? other : folder;
    let namespaceId = ann.namespaceId;
    expect(await toldBy(given, async () => ({ namespaceId } = await world.share(ann, shared.nodeId)))).toBe(1);
    expect(await world.stateOf(ann, receiver)).toMatchObject({ end: 'folder_shared' });
    if (shared === folder) return;
    const anew = await world.follow(ann, namespaceId, folder.nodeId);
    await world.pass(A_MINUTE);
    await world.mkdir(inside(ann, namespaceId), 'a', folder.nodeId);
    await world.pass(A_MINUTE);
    expect(anew.heard).toHaveLength(1);
  },
);

test('that a folder below becomes a shared one is told, and what happens in that one then is not', async () => {
  const given = await opened();
  const { world, ann, folder } = given;
  const deep = await world.mkdir(ann, 'deep', folder.nodeId);
  await world.pass(A_MINUTE);
  let namespaceId = ann.namespaceId;
  expect(await toldBy(given, async () => ({ namespaceId } = await world.share(ann, deep.nodeId)))).toBe(1);
  expect(await toldBy(given, () => world.mkdir(inside(ann, namespaceId), 'a'))).toBe(0);
  expect(await toldBy(given, () => world.mkdir(ann, 'b', folder.nodeId))).toBe(1);
});

test('a folder that went into the trash just after the journal was read is told with the entry of that', async () => {
  const given = await opened();
  const { world, ann, folder, receiver } = given;
  const { namespaces } = world.stores;
  const getNodes = namespaces.getNodes.bind(namespaces);
  await world.mkdir(ann, 'a', folder.nodeId);
  await world.stream();
  namespaces.getNodes = async (...keys) => {
    namespaces.getNodes = getNodes;
    await remove(world, ann, folder);
    return getNodes(...keys);
  };
  world.stores.clock.advance(A_MINUTE * SECOND_MS);
  await world.deliver();
  expect(receiver.heard.map(({ data }) => data.seq)).toEqual([await world.head(ann)]);
  // Where the folder is, is concluded from a look during which nothing was changed.
  expect(await world.stateOf(ann, receiver)).not.toHaveProperty('restingSince');
  await world.pass(A_MINUTE);
  expect(await world.stateOf(ann, receiver)).toMatchObject({ restingSince: expect.any(String) });
});

test('a folder that came back while it was looked at does not rest', async () => {
  const given = await opened();
  const { world, ann, folder, receiver } = given;
  const { namespaces } = world.stores;
  const getNodes = namespaces.getNodes.bind(namespaces);
  await remove(world, ann, folder);
  await world.stream();
  namespaces.getNodes = async (...keys) => {
    namespaces.getNodes = getNodes;
    const asItWas = await getNodes(...keys);
    await bringBack(world, ann, folder);
    return asItWas;
  };
  await world.pass(A_MINUTE);
  await world.pass(A_MINUTE);
  expect(receiver.heard.at(-1)?.data.seq).toBe(await world.head(ann));
  expect(await world.stateOf(ann, receiver)).not.toHaveProperty('restingSince');
  expect(await toldBy(given, () => world.mkdir(ann, 'beside'))).toBe(0);
});

test('a folder that is taken out of another one, which is shared then, all while it is looked at, is followed on', async () => {
  const given = await opened();
  const { world, ann, folder, other, receiver } = given;
  const { namespaces } = world.stores;
  const getNodes = namespaces.getNodes.bind(namespaces);
  const { node: moved } = await move(world, ann, folder, { parentId: other.nodeId });
  await world.stream();
  namespaces.getNodes = async (...keys) => {
    namespaces.getNodes = getNodes;
    const asItWas = await getNodes(...keys);
    await move(world, ann, moved, { parentId: rootNodeId(ann.namespaceId) });
    await world.share(ann, other.nodeId);
    return asItWas;
  };
  await world.pass(A_MINUTE);
  expect(await world.stateOf(ann, receiver)).not.toHaveProperty('end');
  expect(await toldBy(given, () => world.mkdir(ann, 'a', folder.nodeId))).toBe(1);
});

test('a test that is taken says where a folder is, too: in the trash, or back', async () => {
  const given = await opened();
  const { world, ann, folder, receiver } = given;
  const parameters = { webhookId: receiver.webhookId };
  await remove(world, ann, folder);
  await world.call(ann, 'testWebhook', { parameters });
  await world.deliver();
  expect(receiver.heard.map(({ type }) => type)).toEqual(['webhook.test']);
  expect(await world.stateOf(ann, receiver)).toMatchObject({ restingSince: expect.any(String) });
  expect(await toldBy(given, async () => undefined)).toBe(0);
  expect(await toldBy(given, () => bringBack(world, ann, folder))).toBe(1);
});

test('what was not taken is told when it is, whatever came after it, and without another look at the journal', async () => {
  const given = await opened();
  const { world, ann, folder, receiver } = given;
  const counted = countReads(world);
  receiver.answer = () => ({ kind: 'answered', status: 500 });
  await world.mkdir(ann, 'a', folder.nodeId);
  await world.pass(A_MINUTE);
  const looked = counted.entries;
  receiver.answer = () => ({ kind: 'answered', status: 204 });
  expect(await toldBy(given, () => world.mkdir(ann, 'beside').then(() => world.pass(10 * A_MINUTE)))).toBe(1);
  expect(counted.entries).toBe(looked);
  expect(await toldBy(given, () => world.mkdir(ann, 'still beside'))).toBe(0);
});

test('what cannot be decided any more is told: entries that have expired, and those of another epoch', async () => {
  const given = await opened();
  const { world, ann, other } = given;
  const { clock, namespaces } = world.stores;
  await world.mkdir(ann, 'long ago', other.nodeId);
  clock.advance(JOURNAL_RETENTION_MS + A_MINUTE * SECOND_MS);
  expect(await toldBy(given, () => world.mkdir(ann, 'now', other.nodeId))).toBe(1);
  expect(await toldBy(given, () => world.mkdir(ann, 'later', other.nodeId))).toBe(0);
  namespaces.changeHead(ann.namespaceId, { epoch: 2 });
  expect(await toldBy(given, () => world.mkdir(ann, 'set back', other.nodeId))).toBe(1);
  expect(await toldBy(given, () => world.mkdir(ann, 'after that', other.nodeId))).toBe(0);
});

test('a change in a folder of which nobody knows any more where it was is told', async () => {
  const given = await opened();
  const { world, ann, other } = given;
  const parentId = NodeId.parse('0'.repeat(26));
  expect(await toldBy(given, () => append(world, ann, { parentId: other.nodeId, count: 1 }))).toBe(0);
  expect(await toldBy(given, () => append(world, ann, { parentId, count: 1 }))).toBe(1);
});

test('a look takes so many entries and no more: what has come beyond is told without reading any', async () => {
  const given = await opened();
  const { world, ann, other, receiver } = given;
  const counted = countReads(world);
  expect(await toldBy(given, () => append(world, ann, { parentId: other.nodeId, count: LOOK_ENTRIES_MAX }))).toBe(0);
  expect(counted.entries).toBe(LOOK_ENTRIES_MAX);
  expect(await world.stateOf(ann, receiver)).toMatchObject({ seq: await world.head(ann) });
  expect(await toldBy(given, () => append(world, ann, { parentId: other.nodeId, count: LOOK_ENTRIES_MAX + 1 }))).toBe(
    1,
  );
  expect(counted.entries).toBe(LOOK_ENTRIES_MAX);
});

test('a look reads so many folders and no more: where there are more it tells', async () => {
  const given = await opened();
  const { world, ann, other } = given;
  const counted = countReads(world);
  const made: Node[] = [];
  for (let from = 0; from < LOOK_FOLDERS_MAX; from += 100) {
    const intents = Array.from({ length: 100 }, (_, index) => ({ name: `folder ${from + index}` }));
    const parentId = other.nodeId;
    const operations = world.name(
      ann,
      intents.map((intent) => ({ type: 'mkdir', parentId, ...intent }) as const),
    );
    for (const result of await world.commit(ann, operations)) made.push(committed(result).node);
  }
  await world.pass(A_MINUTE);
  // The followed folder and the one above these are read, too.
  const some = async (count: number) => {
    for (const { nodeId } of made.slice(0, count)) await append(world, ann, { parentId: nodeId, count: 1 });
  };
  counted.nodes = 0;
  expect(await toldBy(given, () => some(LOOK_FOLDERS_MAX - 2))).toBe(0);
  expect(counted.nodes).toBe(LOOK_FOLDERS_MAX);
  expect(await toldBy(given, () => some(LOOK_FOLDERS_MAX - 1))).toBe(1);
  expect(counted.nodes).toBeLessThanOrEqual(2 * LOOK_FOLDERS_MAX);
});

/** Entries about something that nobody has looked up, of which only the parent counts. */
async function append(
  world: WebhookWorld,
  ann: Member,
  { parentId, count }: { readonly parentId: NodeId; readonly count: number },
): Promise<void> {
  const { namespaces } = world.stores;
  const { namespaceId } = ann;
  const [entry] = await namespaces.listEntries({ namespaceId, after: (await world.head(ann)) - 1, limit: 1 });
  if (entry === undefined) throw new Error('the journal has an entry');
  const { was: _was, ...rest } = entry;
  const node = { ...entry.node, nodeId: NodeId.parse('1'.repeat(26)), parentId };
  for (let seq = entry.seq + 1; seq <= entry.seq + count; seq++) namespaces.appendEntry({ ...rest, seq, node });
}
