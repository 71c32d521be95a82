import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { drawSteps, FollowedStep, FollowedWorld, followStep } from '../support/followed-world.ts';
import type { Member } from '../support/in-memory-member.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** Of a long history. */
const CHANGES = 2000;

async function playHistory(world: FollowedWorld, ann: Member, steps: readonly FollowedStep[]): Promise<void> {
  for (const [at, step] of steps.entries()) {
    await followStep(world, ann, { step, at });
    if (step.act === 'deliver' || step.other % 3 === 0) await world.deliver(0.5);
  }
  await world.drain();
}

async function expectEqual(world: FollowedWorld, ann: Member): Promise<void> {
  for (const namespaceId of await world.spacesOf(ann)) {
    expect(world.indexed(namespaceId)).toEqual(await world.expected(ann, namespaceId));
  }
}

test('whatever was done, and however tasks came, the index has the visible nodes in the end, each in its own namespace', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(FollowedStep, { minLength: 1, maxLength: 40 }), async (seed, steps) => {
      const world = new FollowedWorld(new SeededRandom(`search ${seed}`));
      const ann = await world.person('ann');
      await playHistory(world, ann, steps);
      await expectEqual(world, ann);
    }),
    { numRuns: propertyCases(150) },
  );
});

test('after 2,000 changes with doubled, disordered and unreadable messages and records, and outages, the index has the visible nodes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const random = new SeededRandom(`long search ${seed}`);
      const world = new FollowedWorld(random);
      const ann = await world.person('ann');
      await playHistory(world, ann, drawSteps(random, CHANGES));
      await expectEqual(world, ann);
      expect(world.stores.telemetry.counts.get('tasksPoisoned')).toBeGreaterThan(0);
      expect(world.stores.telemetry.counts.get('recordsPoisoned')).toBeGreaterThan(0);
    }),
    { numRuns: propertyCases(1), endOnFailure: true },
  );
}, 600_000);
