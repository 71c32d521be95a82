import { expect, test } from '@jest/globals';
import { HOUR_MS, type Node, rootNodeId } from '@syncline/protocol';
import * as fc from 'fast-check';
import { openAudit } from '../../admin/audit.ts';
import type { Finding } from '../../admin/finding.ts';
import { fsck } from '../../admin/fsck.ts';
import type { DynamodbCalls } from '../../lambdas/runtime/dynamodb-client.ts';
import { AuditedWorld } from '../support/audited-world.ts';
import { type Member, textBytes } from '../support/in-memory-member.ts';
import { storePack } from '../support/in-memory-pack.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { inside } from '../support/shared-world.ts';

/** Two people who do anything to a home and a shared folder, refused or not. */
class People {
  readonly world = new AuditedWorld();
  readonly #random: SeededRandom;
  #members: Member[] = [];
  #done = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(`people ${seed}`);
  }

  async begin(): Promise<void> {
    const ann = await this.world.person('ann');
    const bob = await this.world.person('bob');
    this.#members = [ann, bob];
  }

  async act(): Promise<void> {
    this.#done += 1;
    const member = this.#pick(this.#members) ?? this.#members[0];
    if (member === undefined) return;
    const nodes = await this.#nodes(member);
    const node = this.#pick(nodes.filter(({ deletedAt }) => deletedAt === undefined));
    const folder = this.#pick(nodes.filter(({ kind, deletedAt }) => kind === 'folder' && deletedAt === undefined));
    const parentId = folder?.nodeId ?? rootNodeId(member.namespaceId);
    const text = 'text '.repeat(1 + Math.floor(this.#random.fraction() * 4));
    const name = `${Math.floor(this.#random.fraction() * 6)}`;
    const { world } = this;
    switch (Math.floor(this.#random.fraction() * 11)) {
      case 0:
      case 1:
        await world.tryPut(member, { name, text, parentId });
        return;
      case 2:
        if (node?.kind === 'file') {
          const baseRev = Math.max(1, node.rev - Math.floor(this.#random.fraction() * 2));
          await world.tryPut(member, { name: node.name, text, parentId: node.parentId, nodeId: node.nodeId, baseRev });
        }
        return;
      case 3:
        await world.tryOne(member, { type: 'mkdir', parentId, name });
        return;
      case 4:
        if (node !== undefined) {
          await world.tryOne(member, { type: 'move', nodeId: node.nodeId, baseRev: node.rev, parentId, name });
        }
        return;
      case 5:
        if (node !== undefined) await this.#delete(member, node);
        return;
      case 6:
      case 7:
        await this.#endOrRestore(member);
        return;
      case 8:
        await this.#share();
        return;
      case 9:
        await this.#pack(member, name, parentId);
        return;
      default:
        world.clock.advance(HOUR_MS / 4);
        await world.project();
    }
  }

  async #delete(member: Member, node: Node): Promise<void> {
    const baseSeq = await this.world.seqOf(member.namespaceId);
    await this.world.tryOne(member, { type: 'delete', nodeId: node.nodeId, baseRev: node.rev, baseSeq });
  }

  async #endOrRestore(member: Member): Promise<void> {
    const { namespaceId } = member;
    const trash = await this.world.call(member, 'listTrash', { query: { namespaceId } });
    const entry = this.#pick(trash.entries);
    if (entry === undefined) return;
    const { nodeId, deletedAt } = entry;
    const isEnd = this.#random.fraction() < 0.5;
    await this.world.tryOne(member, isEnd ? { type: 'purge', nodeId, deletedAt } : { type: 'restore', nodeId });
  }

  async #share(): Promise<void> {
    const [ann, bob] = this.#members;
    if (ann === undefined || bob === undefined || this.#members.length > 2) return;
    const { namespaceId } = ann;
    const folder = this.#pick((await this.#nodes(ann)).filter(({ kind }) => kind === 'folder'));
    if (folder === undefined) return;
    const shared = await this.world.service.invoke(
      'shareFolder',
      { body: { namespaceId, folderId: folder.nodeId } },
      ann,
    );
    if (!shared.ok) return;
    const team = shared.value.folder.namespaceId;
    await this.world.welcome(ann, bob, { namespaceId: team });
    this.#members.push(inside(ann, team), inside(bob, team));
  }

  async #pack(member: Member, name: string, parentId: Node['nodeId']): Promise<void> {
    const texts = [0, 1].map((index) => `packed ${this.#done} ${index} `.repeat(9));
    await storePack(this.world.service, member, texts.map(textBytes));
    for (const text of texts) await this.world.tryPut(member, { name, text, parentId, onConflict: 'keep_both' });
  }

  async #nodes({ namespaceId, ...member }: Member): Promise<readonly Node[]> {
    return (await this.world.call({ ...member, namespaceId }, 'listTree', { query: { namespaceId } })).nodes;
  }

  #pick<T>(all: readonly T[]): T | undefined {
    return all[Math.floor(this.#random.fraction() * all.length)];
  }
}

test('whatever people do, nothing is found to be wrong', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 5, max: 60 }), async (seed, steps) => {
      const people = new People(seed);
      await people.begin();
      for (let step = 0; step < steps; step++) await people.act();
      await people.world.project();
      expect(await people.world.findings({ isDeep: true })).toEqual([]);
    }),
    { numRuns: propertyCases(25) },
  );
});

test('what is looked at while people go on is not taken for wrong', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const people = new People(seed);
      await people.begin();
      for (let step = 0; step < 20; step++) await people.act();
      await people.world.project();
      const looking = { isOver: false };
      const turn = () => new Promise((resolve) => setImmediate(resolve));
      const going = (async () => {
        for (let step = 0; step < 2000 && !looking.isOver; step++) {
          await people.act();
          await turn();
        }
      })();
      const { clock, tables } = people.world;
      // Between any two reads people may have done something, and have done more when it is looked again.
      const slowly: DynamodbCalls = {
        send: async (action, request) => {
          await turn();
          return tables.client.send(action, request);
        },
      };
      const sleep = async (): Promise<void> => {
        for (let turns = 0; turns < 3; turns++) await turn();
      };
      const access = { ...people.world.audit(), client: slowly, clock: { now: () => clock.now(), sleep } };
      const audit = openAudit(access);
      const found: Finding[] = [];
      await fsck(audit, { isDeep: false, tell: (finding) => found.push(finding) });
      looking.isOver = true;
      await going;
      expect(found).toEqual([]);
    }),
    { numRuns: propertyCases(8) },
  );
});
