import type { Tree, TreeEntry } from './journal-oracle.ts';
import type { SimulatedDevice, World } from './simulated-device.ts';

/** What must hold when everything has come to rest; on top of what is checked at every step. */
export async function checkRest(world: World, devices: readonly SimulatedDevice[]): Promise<void> {
  checkTrees(world, devices);
  checkContents(world, devices);
  await checkTables(world);
}

/** The first difference between two trees, in words; undefined when they are equal. */
export function differenceOf(actual: Tree, expected: Tree): string | undefined {
  for (const path of new Set([...expected.keys(), ...actual.keys()])) {
    const [here, there] = [actual.get(path), expected.get(path)];
    if (here !== undefined && there !== undefined && here.text === there.text && here.executable === there.executable) {
      continue;
    }
    return `${path} is ${describe(here)} and not ${describe(there)}`;
  }
  return undefined;
}

function describe(entry: TreeEntry | undefined): string {
  return entry === undefined ? 'absent' : JSON.stringify(entry);
}

export function areEqual(world: World, devices: readonly SimulatedDevice[]): boolean {
  return firstDifference(world, devices) === undefined;
}

function serviceTree({ service }: World, { namespaceId }: SimulatedDevice): Tree {
  return service.oracle(namespaceId).tree();
}

/** Where a device is not as the service is, in words. */
export function firstDifference(world: World, devices: readonly SimulatedDevice[]): string | undefined {
  for (const device of devices) {
    const difference = differenceOf(device.disk.tree(), serviceTree(world, device));
    if (difference !== undefined) return `on ${device.name}, ${difference}`;
  }
  return undefined;
}

/** I-12. */
function checkTrees(world: World, devices: readonly SimulatedDevice[]): void {
  const difference = firstDifference(world, devices);
  if (difference !== undefined) world.stage.violate('I-12', difference);
}

/** I-7: what nobody destroyed is in a tree. I-18: a device shows only what its own account wrote. */
function checkContents(world: World, devices: readonly SimulatedDevice[]): void {
  const { stage, ledger } = world;
  const present = new Set<string>();
  for (const device of devices) {
    for (const { text } of device.disk.tree().values()) {
      if (text === undefined) continue;
      present.add(text);
      const isOwn = devices.some(
        ({ namespaceId, member }) => namespaceId === device.namespaceId && ledger.wrote(member.deviceId, text),
      );
      stage.check(isOwn, 'I-18', () => `${device.name} has ${JSON.stringify(text)}, which nobody of its account wrote`);
    }
  }
  for (const text of ledger.survivors()) {
    stage.check(present.has(text), 'I-7', () => `${JSON.stringify(text)} is in no tree, and nobody has removed it`);
  }
}

/** I-1 of everything that is retained. */
export async function checkStored({ service }: World): Promise<void> {
  for (const { revisions } of service.oracles.values()) {
    for (const revision of revisions) await service.checkStored(revision);
  }
}

/** I-1 and I-17 of everything that is retained, I-4, I-5 and I-23 of the tables, I-2 of the bucket. */
async function checkTables({ stage, service }: World): Promise<void> {
  const { stores } = service;
  for (const oracle of service.oracles.values()) {
    const { namespaceId, nodes, revisions, entries } = oracle;
    for (const revision of revisions) {
      await service.checkStored(revision);
      const { nodeId, rev } = revision;
      const kept = await stores.namespaces.getRevision({ namespaceId, nodeId, rev });
      stage.check(kept?.contentHash === revision.contentHash, 'I-17', () => `revision ${rev} of ${nodeId} is gone`);
    }
    const [accountId] = stores.namespaces.listMembers(namespaceId);
    const access = accountId === undefined ? undefined : await stores.namespaces.readAccess({ namespaceId, accountId });
    stage.check(
      access?.head.seq === entries.length,
      'I-4',
      () => `the head is ${access?.head.seq} of ${entries.length}`,
    );
    const stored = await stores.namespaces.getNodes(namespaceId, [...nodes.keys()]);
    stage.check(stored.size === nodes.size, 'I-5', () => `the table has ${stored.size} of ${nodes.size} nodes`);
    const retained = revisions.reduce((sum, { size }) => sum + size, 0);
    stage.check(
      access?.head.bytesRetained === retained,
      'I-23',
      () => `${access?.head.bytesRetained} of ${retained} bytes`,
    );
  }
  for (const key of stores.objects.keys()) {
    const head = await stores.objects.head(key);
    const name = key.split('/').at(-1);
    stage.check(key.startsWith('manifests/') || head?.sha256 === name, 'I-2', () => `${key} has other bytes`);
  }
}
