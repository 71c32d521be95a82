import { expect, test } from '@jest/globals';
import type { InvitedRole, NamespaceId } from '@syncline/protocol';
import * as fc from 'fast-check';
import { aFault, type Fault, syncWithFault } from '../support/faulty-sync.ts';
import { fileOf, type Member, textBytes } from '../support/in-memory-member.ts';
import { propertyCases } from '../support/property-runs.ts';
import { anEdit, type Edit, editDisk } from '../support/random-edits.ts';
import { inside } from '../support/shared-world.ts';
import type { SyncDevice } from '../support/sync-world.ts';
import { below, TeamWorld } from '../support/team-world.ts';

type Standing = InvitedRole | 'out';

type Doing =
  | { readonly type: 'edit'; readonly device: number; readonly edit: Edit }
  | { readonly type: 'sync'; readonly device: number; readonly fault: Fault; readonly edit: Edit }
  | { readonly type: 'part'; readonly device: number; readonly steps: number }
  | { readonly type: 'forget-state'; readonly device: number }
  | { readonly type: 'epoch' }
  | { readonly type: 'standing'; readonly standing: Standing };

/** Turns of all devices, one after the other, in which they have to come to rest. */
const TURNS_MAX = 6;
const ENTRIES_MAX = 100_000;

const device = fc.nat(2);
const aStanding = fc.constantFrom<Standing>('editor', 'viewer', 'out');
const aDoing: fc.Arbitrary<Doing> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constant('edit'), device, edit: anEdit }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('sync'), device, fault: aFault, edit: anEdit }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('part'), device, steps: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('forget-state'), device }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('epoch') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('standing'), standing: aStanding }) },
);
const aHistory = fc.record({
  begins: fc.constantFrom<InvitedRole>('editor', 'viewer'),
  /** Whether there is a second shared folder, of which both people are members all the time. */
  hasOther: fc.boolean(),
  doings: fc.array(aDoing, { maxLength: 30, size: 'max' }),
  ends: aStanding,
});
type History = typeof aHistory extends fc.Arbitrary<infer T> ? T : never;

/** A history of three devices of two people, and what must hold in it at any time. */
class MountedHistory {
  readonly team: TeamWorld;
  readonly namespaceId: NamespaceId;
  readonly devices: readonly SyncDevice[];
  /** Contents that each device has had. */
  readonly #seen = new Map<SyncDevice, Set<string | undefined>>();
  #standing: Standing;
  #epoch = 1;

  constructor(team: TeamWorld, shared: { readonly namespaceId: NamespaceId; readonly role: InvitedRole }) {
    this.team = team;
    this.namespaceId = shared.namespaceId;
    this.#standing = shared.role;
    this.devices = [team.a, team.b, team.guest];
    for (const actor of this.devices) this.note(actor);
  }

  get standing(): Standing {
    return this.#standing;
  }

  async stand(standing: Standing): Promise<void> {
    const { team, namespaceId } = this;
    const was = this.#standing;
    this.#standing = standing;
    if (was === standing) return;
    if (standing === 'out') await team.removeBob(namespaceId);
    else if (was !== 'out') await team.setRole(namespaceId, standing);
    else {
      await team.world.welcomeBack(team.ada, team.bob, namespaceId);
      if (standing === 'viewer') await team.setRole(namespaceId, standing);
    }
  }

  /** From now on the journal of the shared folder cannot be continued. */
  endEpoch(): void {
    this.#epoch += 1;
    this.team.world.service.stores.namespaces.changeHead(this.namespaceId, { epoch: this.#epoch });
  }

  /** One sync: nothing of what the disk had before is lost, and who may not write has not written. */
  async sync(actor: SyncDevice, doing: { readonly fault: Fault; readonly edit: Edit }): Promise<void> {
    const onEdit = (edit: () => void): void => {
      const standing = textsOn(actor);
      edit();
      this.note(actor);
      for (const text of standing) if (!textsOn(actor).has(text)) overwritten.add(text);
    };
    const overwritten = new Set<string | undefined>();
    await this.#check(actor, overwritten, () => syncWithFault(actor, { ...doing, onEdit }));
  }

  /** The first steps of a plan: every prefix of it is as safe as the whole. */
  async executePart(actor: SyncDevice, steps: number): Promise<void> {
    await this.#check(actor, new Set(), async () => {
      const engine = await actor.engine();
      const planned = await engine.plan();
      if (planned.kind === 'planned') await engine.execute(planned.plan, planned.plan.steps.slice(0, steps));
    });
  }

  async #check(actor: SyncDevice, overwritten: Set<string | undefined>, act: () => Promise<void>): Promise<void> {
    this.note(actor);
    const before = textsOn(actor);
    const head = await this.#head();
    await act();
    this.note(actor);
    for (const text of overwritten) before.delete(text);
    const kept = await this.keptTexts(actor);
    expect([...before].filter((text) => !kept(text))).toEqual([]);
    if (actor === this.team.guest && this.#standing !== 'editor') expect(await this.#head()).toBe(head);
    await this.#checkDeletes(actor, head);
  }

  /** What a device deletes in the shared folder it has had on its disk. */
  async #checkDeletes(actor: SyncDevice, after: number): Promise<void> {
    const { namespaces } = this.team.world.service.stores;
    const seen = this.#seen.get(actor) ?? new Set();
    const entries = await namespaces.listEntries({ namespaceId: this.namespaceId, after, limit: ENTRIES_MAX });
    const deleted = entries.filter(({ type, node }) => type === 'deleted' && node.kind === 'file' && node.size > 0);
    expect(deleted.filter(({ node }) => !seen.has(node.contentHash))).toEqual([]);
  }

  /** Remembers what a device has. */
  note(actor: SyncDevice): void {
    const seen = this.#seen.get(actor) ?? new Set();
    this.#seen.set(actor, seen);
    for (const text of textsOn(actor)) seen.add(this.#hashOf(text));
  }

  #hashOf(text = ''): string {
    return fileOf(this.namespaceId, [textBytes(text)]).contentHash;
  }

  /** Until nobody has anything to do any more; answers what the guest is told then. */
  async settle(): Promise<readonly string[]> {
    const { guest } = this.team;
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      let isQuiet = true;
      let told: readonly string[] = [];
      for (const actor of this.devices) {
        const outcome = await actor.sync();
        expect(outcome).toMatchObject({ kind: 'rested' });
        if (actor === guest) told = outcome.problems.map(({ reason }) => reason);
        else expect(outcome.problems).toEqual([]);
        isQuiet &&= outcome.counts.changedLocal + outcome.counts.changedRemote === 0;
      }
      if (isQuiet) return told;
    }
    throw new Error('the devices do not come to rest');
  }

  #head(): Promise<number> {
    return this.team.world.head(inside(this.team.ada, this.namespaceId));
  }

  async keptTexts(actor: SyncDevice): Promise<(text: string | undefined) => boolean> {
    const { namespaces } = this.team.world.service.stores;
    const committed = new Set<string | undefined>();
    for (const { namespaceId } of namespaces.listHeads()) {
      const entries = await namespaces.listEntries({ namespaceId, after: 0, limit: ENTRIES_MAX });
      for (const { node } of entries) committed.add(node.contentHash);
    }
    const present = textsOn(actor);
    for (const bytes of actor.files.trashed.values()) present.add(Buffer.from(bytes).toString());
    return (text) => present.has(text) || committed.has(this.#hashOf(text));
  }
}

function textsOn(actor: SyncDevice): Set<string | undefined> {
  return new Set([...actor.files.tree().values()].filter((text) => text !== undefined && text !== ''));
}

async function run({ begins, hasOther, doings, ends }: History): Promise<void> {
  const team = await TeamWorld.open();
  const namespaceId = await team.shareWithBob(begins);
  if (hasOther) {
    const other = await team.world.shareNew(team.bob, 'other');
    await team.world.welcome(team.bob, team.ada, { namespaceId: other });
    await team.settleAll();
  }
  const history = new MountedHistory(team, { namespaceId, role: begins });
  for (const [index, doing] of doings.entries()) {
    if (doing.type === 'standing') {
      await history.stand(doing.standing);
      continue;
    }
    if (doing.type === 'epoch') {
      history.endEpoch();
      continue;
    }
    const actor = history.devices[doing.device];
    if (actor === undefined) continue;
    if (doing.type === 'forget-state') actor.forgetState();
    else if (doing.type === 'part') await history.executePart(actor, doing.steps);
    else {
      const edit = { ...doing.edit, text: `${doing.edit.text}@${index}` };
      if (doing.type === 'edit') {
        editDisk(actor.files, edit);
        history.note(actor);
      } else await history.sync(actor, { fault: doing.fault, edit });
    }
  }
  await history.stand(ends);
  const last = textsOn(team.guest);
  const told = await history.settle();
  const { a, b, guest } = team;
  expect(b.files.tree()).toEqual(a.files.tree());
  const kept = await history.keptTexts(guest);
  expect([...last].filter((text) => !kept(text))).toEqual([]);
  const shared = below(a, await mountPath(history, team.ada));
  if (history.standing === 'out') {
    expect(told.filter((reason) => reason !== 'left-folder')).toEqual([]);
    return;
  }
  const seen = below(guest, await mountPath(history, team.bob));
  if (history.standing === 'editor') {
    expect(told).toEqual([]);
    expect(seen).toEqual(shared);
  } else {
    expect(seen).toMatchObject(shared);
    expect(told.filter((reason) => reason !== 'read-only')).toEqual([]);
  }
}

/** Where a person has the shared folder. */
async function mountPath({ team: { world }, namespaceId }: MountedHistory, person: Member): Promise<string> {
  const paths = new Map<string, string>();
  for (const { nodeId, parentId, name, mountedNamespaceId } of await world.tree(person)) {
    const folder = paths.get(parentId);
    const path = folder === undefined ? name : `${folder}/${name}`;
    if (mountedNamespaceId === namespaceId) return path;
    paths.set(nodeId, path);
  }
  throw new Error('the folder is mounted nowhere');
}

test('in any history of edits, faults and changes of rights nobody loses a byte, sends what he may not, or does not come to rest', async () => {
  await fc.assert(fc.asyncProperty(aHistory, run), { numRuns: propertyCases(60) });
}, 600_000);
