import { expect } from '@jest/globals';
import type { InvitedRole, NamespaceId } from '@syncline/protocol';
import { handlersSyncService } from './handlers-sync-service.ts';
import type { Member } from './in-memory-member.ts';
import { SharedWorld } from './shared-world.ts';
import { SyncDevice } from './sync-world.ts';

/** What Ada's folder holds. */
export const TEAM = { plan: 'one', sub: undefined, 'sub/deep': 'two' };

/** Two devices of Ada, who shares her folder `desk/team`, and one of Bob, who is a guest. */
export class TeamWorld {
  readonly world: SharedWorld;
  readonly ada: Member;
  readonly bob: Member;
  readonly a: SyncDevice;
  readonly b: SyncDevice;
  readonly guest: SyncDevice;

  constructor(world: SharedWorld, people: { readonly ada: Member; readonly bob: Member }) {
    this.world = world;
    this.ada = people.ada;
    this.bob = people.bob;
    const service = handlersSyncService(world.service);
    this.a = new SyncDevice(service, 1);
    this.b = new SyncDevice(service, 2);
    this.guest = new SyncDevice(handlersSyncService(world.service, 'bob'), 3);
  }

  /** All devices are in sync, and nothing is shared yet. */
  static async open(): Promise<TeamWorld> {
    const world = new SharedWorld();
    const people = { ada: await world.device('web', 'ada'), bob: await world.device('web', 'bob') };
    const team = new TeamWorld(world, people);
    const { a, guest } = team;
    a.files.mkdir('desk');
    a.files.mkdir('desk/team');
    a.files.write('desk/team/plan', 'one');
    a.files.mkdir('desk/team/sub');
    a.files.write('desk/team/sub/deep', 'two');
    a.files.write('desk/own', 'mine');
    guest.files.write('private', "bob's");
    await team.settleAll();
    return team;
  }

  shareTeam(): Promise<NamespaceId> {
    return this.#share('desk/team');
  }

  /** Ada makes a folder with such files, and shares it. */
  async shareFolder(folder: string, files: Readonly<Record<string, string>>): Promise<NamespaceId> {
    for (const [path, text] of Object.entries(files)) {
      const names = path.split('/').slice(0, -1);
      for (const [index] of names.entries()) this.a.files.mkdir(names.slice(0, index + 1).join('/'));
      this.a.files.write(path, text);
    }
    await settle(this.a);
    return this.#share(folder);
  }

  async #share(folder: string): Promise<NamespaceId> {
    const { node } = await this.world.call(this.ada, 'resolvePath', { query: { path: `/${folder}` } });
    return (await this.world.share(this.ada, node.nodeId)).namespaceId;
  }

  /** Ada shares her folder with Bob, and all devices know it. */
  async shareWithBob(role: InvitedRole = 'editor'): Promise<NamespaceId> {
    const namespaceId = await this.shareTeam();
    await this.world.welcome(this.ada, this.bob, { namespaceId, role });
    await this.settleAll();
    return namespaceId;
  }

  /** Until what each device has reached all others. */
  async settleAll(): Promise<void> {
    for (const device of [this.a, this.b, this.guest, this.a, this.b]) await settle(device);
  }

  async setRole(namespaceId: NamespaceId, role: InvitedRole): Promise<void> {
    const { accountId } = this.bob;
    await this.world.call(this.ada, 'changeRole', { parameters: { namespaceId, accountId }, body: { role } });
  }

  async removeBob(namespaceId: NamespaceId): Promise<void> {
    const { accountId } = this.bob;
    await this.world.call(this.ada, 'removeMember', { parameters: { namespaceId, accountId } });
  }
}

/** Syncs, and expects that nothing is left to do and nothing to be told. */
export async function settle(device: SyncDevice): Promise<void> {
  expect(await device.sync({ acceptDeletes: false })).toMatchObject({ kind: 'rested', problems: [] });
}

/** Syncs, and expects that nothing is left to do; answers what is told. */
export async function problemsOf(device: SyncDevice): Promise<readonly string[]> {
  const outcome = await device.sync({ acceptDeletes: false });
  expect(outcome.kind).toBe('rested');
  return outcome.problems.map(({ path, reason }) => `${path}: ${reason}`);
}

/** What a device has below a folder. */
export function below(device: SyncDevice, folder: string): Readonly<Record<string, string | undefined>> {
  const found = [...device.files.tree()].filter(([path]) => path.startsWith(`${folder}/`));
  return Object.fromEntries(found.map(([path, text]) => [path.slice(folder.length + 1), text]));
}

/** Counts what a device sends and fetches from now on. */
export function countTransfers(device: SyncDevice): { sent: number; fetched: number } {
  const counts = { sent: 0, fetched: 0 };
  device.faults.onSent = () => {
    counts.sent += 1;
  };
  device.faults.onFetched = () => {
    counts.fetched += 1;
  };
  return counts;
}
