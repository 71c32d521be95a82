import { type NamespaceId, packManifest, unpackManifest } from '@syncline/protocol';
import { joinPath } from '../../client/src/engine/trees.ts';
import type { NamespaceHead } from '../../lambdas/namespaces/namespace-store.ts';
import { packObjectKey } from '../../lambdas/packs/pack-index.ts';
import type { Tree } from './journal-oracle.ts';
import { differenceOf } from './quiescence.ts';
import type { RetainedContents } from './retained-contents.ts';
import type { SimulatedDevice, World } from './simulated-device.ts';
import type { SimulatedService } from './simulated-service.ts';

/** What must hold among people who share folders when everything has come to rest; on top of what is checked at every step. */
export async function checkPeopleAtRest(
  world: World,
  retained: RetainedContents,
  devices: readonly SimulatedDevice[],
): Promise<void> {
  const difference = differenceAroundMounts(world, devices);
  if (difference !== undefined) world.stage.violate('I-12', difference);
  checkSurvivors(world, devices);
  await retained.checkStored();
  for (const head of world.service.stores.namespaces.listHeads()) {
    await checkTables(world, retained, head);
    await checkMembers(world, head);
  }
}

/** Where a device is not as the service is, in words. One that holds still at a shared folder may lack what lies around it. */
export function differenceAroundMounts({ service }: World, devices: readonly SimulatedDevice[]): string | undefined {
  for (const device of devices) {
    if (!device.isIdle) continue;
    const difference = differenceOf(device.disk.tree(), treeWithMounts(service, device.namespaceId));
    if (difference !== undefined) return `on ${device.name}, ${difference}`;
  }
  return undefined;
}

/** The tree of a home with all that is mounted in it. */
function treeWithMounts(service: SimulatedService, homeId: NamespaceId): Tree {
  const home = service.oracle(homeId);
  const tree = new Map(home.tree());
  for (const { nodeId, mountedNamespaceId } of home.nodes.values()) {
    const place = mountedNamespaceId === undefined ? undefined : home.pathOf(nodeId);
    if (place === undefined || mountedNamespaceId === undefined) continue;
    for (const [path, entry] of service.oracle(mountedNamespaceId).tree()) tree.set(joinPath(place, path), entry);
  }
  return tree;
}

/** I-7: what nobody destroyed is in a tree, or still on the disk where it was written. */
function checkSurvivors({ stage, ledger, service }: World, devices: readonly SimulatedDevice[]): void {
  const trees = [
    ...[...service.oracles.values()].map((oracle) => oracle.tree()),
    ...devices.map(({ disk }) => disk.tree()),
  ];
  const present = new Set(trees.flatMap((tree) => [...tree.values()].map(({ text }) => text)));
  for (const text of ledger.survivors()) {
    // What somebody gave up to send was never acknowledged.
    if (!ledger.isCommitted(text)) continue;
    stage.check(present.has(text), 'I-7', () => `${JSON.stringify(text)} is in no tree, and nobody has removed it`);
  }
}

/** I-4 and I-5 of a namespace, and I-23 of a home and of all that lies under its id. */
async function checkTables({ stage, service }: World, retained: RetainedContents, head: NamespaceHead): Promise<void> {
  const { namespaces } = service.stores;
  const { namespaceId } = head;
  const oracle = service.oracle(namespaceId);
  await service.catchUp(namespaceId);
  const isWhole = head.seq === oracle.entries.length;
  stage.check(isWhole, 'I-4', () => `the head of ${namespaceId} is ${head.seq} of ${oracle.entries.length}`);
  // What was purged is removed, sooner or later.
  const nodeIds = [...oracle.nodes.keys()].filter((nodeId) => !retained.isPurged(nodeId));
  const stored = await namespaces.getNodes(namespaceId, nodeIds);
  const size = nodeIds.length;
  stage.check(stored.size === size, 'I-5', () => `the table has ${stored.size} of ${size} nodes of ${namespaceId}`);
  if (head.groundId !== undefined) return;
  let bytes = 0;
  for (const nodeId of retained.nodeIds()) {
    const { revisions } = await namespaces.listRevisions({ namespaceId, nodeId, limit: Number.MAX_SAFE_INTEGER });
    bytes += revisions.reduce((sum, revision) => sum + revision.size, 0);
  }
  const { bytesRetained } = head;
  stage.check(bytesRetained === bytes, 'I-23', () => `${namespaceId} has ${bytes} bytes, and counts ${bytesRetained}`);
}

/** Members, their count, their owner and their mounts tell the same. */
async function checkMembers({ stage, service }: World, head: NamespaceHead): Promise<void> {
  if (head.groundId === undefined) return;
  const { namespaces, accounts } = service.stores;
  const { namespaceId, memberCount, ownerAccountId } = head;
  const members = [...namespaces.memberships.members(namespaceId).values()];
  const owners = members.filter(({ role }) => role === 'owner').map(({ accountId }) => accountId);
  const isOwned = owners.length === 1 && owners[0] === ownerAccountId;
  stage.check(isOwned, 'I-9', () => `${namespaceId} of ${ownerAccountId} has the owners ${owners.join(', ')}`);
  const isCounted = memberCount === members.length;
  stage.check(isCounted, 'I-9', () => `${namespaceId} has ${members.length} members, and counts ${memberCount}`);
  for (const { accountId } of members) {
    const mount = namespaces.memberships.mounts(accountId).get(namespaceId);
    const homeId = (await accounts.getAccount(accountId))?.homeNamespaceId;
    const node = mount && homeId && service.oracle(homeId).nodes.get(mount.nodeId);
    const isMounted = node?.mountedNamespaceId === namespaceId && node.deletedAt === undefined;
    stage.check(isMounted, 'I-9', () => `${accountId} is a member of ${namespaceId}, and does not have it in the tree`);
  }
}

/** I-23 of the bucket, when all times of grace are over: it holds what some revision needs, and nothing else. */
export async function checkSwept({ stage, service }: World): Promise<void> {
  const { chunks, packs, objects } = service.stores;
  const needed = await neededChunks(service);
  for (const row of chunks.rows.values()) {
    const isNeeded = needed.has(`${row.domain}#${row.hash}`);
    stage.check(isNeeded || row.state === 'deleted', 'I-23', () => `${row.hash} is kept, and nothing needs it`);
  }
  const inUse = new Set(
    [...chunks.rows.values()].filter(({ state }) => state !== 'deleted').map((row) => row.objectKey),
  );
  for (const pack of packs.list()) {
    const isInUse = inUse.has(packObjectKey(pack));
    stage.check(isInUse, 'I-23', () => `pack ${pack.hash} is kept, and nothing of it is needed`);
  }
  for (const object of objects.list()) {
    const row = [...chunks.rows.values()].find(({ objectKey }) => objectKey === object.key);
    const isNamed = inUse.has(object.key);
    stage.check(isNamed, 'I-23', () => `${JSON.stringify(object)} is kept, and named by ${JSON.stringify(row)} alone`);
  }
}

/** Every chunk of every content that is in the tables. */
async function neededChunks({ stores, oracles }: SimulatedService): Promise<ReadonlySet<string>> {
  const needed = new Set<string>();
  const nodeIds = [...oracles.values()].flatMap(({ nodes }) => [...nodes.keys()]);
  const homes = stores.namespaces.listHeads().filter(({ groundId }) => groundId === undefined);
  for (const { namespaceId } of homes) {
    for (const nodeId of nodeIds) {
      const page = { namespaceId, nodeId, limit: Number.MAX_SAFE_INTEGER };
      for (const { domain, manifest } of (await stores.namespaces.listRevisions(page)).revisions) {
        for (const { hash } of unpackManifest(manifest ?? NO_CHUNKS)) needed.add(`${domain}#${hash}`);
      }
    }
  }
  return needed;
}

const NO_CHUNKS = packManifest([]);
