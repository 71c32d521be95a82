import { expect, test } from '@jest/globals';
import type { NamespaceId } from '@syncline/protocol';
import * as fc from 'fast-check';
import { MemoryJournalPositions } from '../../lambdas/journal/memory-journal-positions.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { generationName } from '../../lambdas/search/index-definition.ts';
import { rebuildIndex, refreshNamespace } from '../../lambdas/search/rebuild-index.ts';
import { drawSteps, type FollowedStep, FollowedWorld, followStep } from '../support/followed-world.ts';
import type { Member } from '../support/in-memory-member.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const STEPS_BEFORE = 40;
const STEPS_MEANWHILE = 120;
const RUSH = 10;
/** Times that one rebuild is broken off. */
const BREAKS_MAX = 12;

/** Writes that go on between any two calls of whoever makes the index anew, who is broken off now and then. */
class MeanwhileWorld {
  readonly world: FollowedWorld;
  readonly #random: SeededRandom;
  readonly #positions = new Map<string, MemoryJournalPositions>();
  #steps: FollowedStep[] = [];
  #ann: Member | undefined;
  #at = 0;
  #breaks = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(`reindex ${seed}`);
    this.world = new FollowedWorld(this.#random);
  }

  get ann(): Member {
    if (this.#ann === undefined) throw new Error('somebody is there');
    return this.#ann;
  }

  async begin(): Promise<void> {
    this.#ann = await this.world.person('ann');
    for (let left = STEPS_BEFORE; left > 0; left--) await this.#step(drawSteps(this.#random, 1)[0]);
    this.#steps = [...drawSteps(this.#random, STEPS_MEANWHILE)];
  }

  async #step(step: FollowedStep | undefined): Promise<void> {
    if (step === undefined) return;
    await followStep(this.world, this.ann, { step, at: this.#at++ });
    if (step.other % 3 === 0) await this.world.deliver(0.5);
  }

  /** What happens between two calls. */
  async #meanwhile(): Promise<void> {
    if (this.#breaks < BREAKS_MAX && this.#random.fraction() < 0.02) {
      this.#breaks++;
      throw new UnavailableError('broken off');
    }
    while (this.#random.fraction() < 0.4) await this.#step(this.#steps.shift());
  }

  /** At the last moment much is written, and all of it is in the index that serves until then. */
  async #rush(): Promise<void> {
    for (const step of drawSteps(this.#random, RUSH)) await this.#step(step);
    for (let left = RUSH; left > 0; left--) await this.world.deliver(1);
  }

  /** The same object, between whose calls others are at work. */
  interleaved<T extends object>(whole: T): T {
    const meanwhile = () => this.#meanwhile();
    return new Proxy(whole, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name === 'open') return (index: string) => this.interleaved(this.world.generations.open(index));
        return async (...given: unknown[]): Promise<unknown> => {
          await (name === 'serve' ? this.#rush() : meanwhile());
          return Reflect.apply(member, target, given) as unknown;
        };
      },
    });
  }

  async rebuild(): Promise<void> {
    const { namespaces, contentQueue: contents, clock, telemetry: meter } = this.world.stores;
    const dependencies = {
      namespaces: this.interleaved(namespaces),
      generations: this.interleaved(this.world.generations),
      positionsOf: (name: string) => this.#positionsOf(name),
      contents,
      clock,
      meter,
    };
    for (let tries = 0; tries <= BREAKS_MAX; tries++) {
      try {
        const isForced = (await this.world.generations.list()).length === 1 && tries === 0;
        const outcome = await rebuildIndex(dependencies, { isForced, tell: () => undefined });
        if (outcome.kind === 'rebuilt') return;
        // Broken off before anything was made.
        await rebuildIndex(dependencies, { isForced: true, tell: () => undefined });
        return;
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
      }
    }
    throw new Error('the rebuild never comes to its end');
  }

  #positionsOf(name: string): MemoryJournalPositions {
    const known = this.#positions.get(name) ?? new MemoryJournalPositions();
    this.#positions.set(name, known);
    return known;
  }
}

async function expectEqual({ world, ann }: MeanwhileWorld): Promise<void> {
  for (const namespaceId of await world.spacesOf(ann)) {
    expect(world.indexed(namespaceId)).toEqual(await world.expected(ann, namespaceId));
  }
}

test('an index that is made anew while everybody goes on, and is broken off now and then, has the visible nodes in the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const made = new MeanwhileWorld(seed);
      await made.begin();
      await made.rebuild();
      await made.world.drain();
      const left = await made.world.generations.list();
      expect(left).toMatchObject([{ isServing: true }]);
      expect(left[0]?.name).not.toBe(generationName(1));
      await expectEqual(made);
    }),
    { numRuns: propertyCases(10) },
  );
}, 240_000);

test('whatever stands in the index of a namespace, looking at all of it anew makes it right', async () => {
  const made = new MeanwhileWorld(1);
  await made.begin();
  await made.world.drain();
  const { generations, stores } = made.world;
  const { namespaceId } = made.ann;
  const [kept, wrong] = generations.serving.documents().filter((document) => document.namespaceId === namespaceId);
  if (kept === undefined || wrong === undefined) throw new Error('there are two');
  const stray = '0000000000000000000000000S' as typeof kept.nodeId;
  await generations.apply([
    { kind: 'remove', version: 0, namespaceId, nodeId: stray },
    { kind: 'put', version: 1, document: { ...kept, nodeId: stray } },
  ]);
  await refreshHome(made, namespaceId);
  expect(stores.namespaces).toBeDefined();
  await expectEqual(made);
});

async function refreshHome({ world }: MeanwhileWorld, namespaceId: NamespaceId): Promise<void> {
  const { namespaces, telemetry: meter } = world.stores;
  const head = await namespaces.readHead(namespaceId);
  if (head === undefined) throw new Error('the home has a head');
  await refreshNamespace({ namespaces, index: world.generations, meter }, head);
}
