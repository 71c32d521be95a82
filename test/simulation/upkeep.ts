import { epochMs } from '@syncline/protocol';
import { createExpiryHandler } from '../../lambdas/history/create-expiry-handler.ts';
import { EXPIRY_RUN_MS } from '../../lambdas/history/limits.ts';
import type { NamespaceTransaction } from '../../lambdas/namespaces/namespace-store.ts';
import { settleRemainders } from '../../lambdas/remainders/settle-remainders.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { MemoryRemovableObjects } from '../../lambdas/sweep/memory-removable-objects.ts';
import { MemorySweepIndex } from '../../lambdas/sweep/memory-sweep-index.ts';
import { runSweep, type SweepReport } from '../../lambdas/sweep/run-sweep.ts';
import type { SweepDependencies } from '../../lambdas/sweep/sweep-dependencies.ts';
import { ProjectionFeed } from './projection-feed.ts';
import type { RetainedContents } from './retained-contents.ts';
import type { SimulatedService } from './simulated-service.ts';
import type { Stage } from './stage.ts';

/** What the service does by itself: it projects its journals, lets expire what is not retained, and sweeps the bucket. */
export class Upkeep {
  readonly #stage: Stage;
  readonly #service: SimulatedService;
  readonly #feed: ProjectionFeed;
  readonly #ports: SweepDependencies;
  readonly #expire: ReturnType<typeof createExpiryHandler>;
  #running = 0;

  constructor(stage: Stage, service: SimulatedService, retained: RetainedContents) {
    this.#stage = stage;
    this.#service = service;
    const { stores, seen } = service;
    this.#feed = new ProjectionFeed(stage, service);
    const objects = new MemoryRemovableObjects(stores);
    const removable: SweepDependencies['removable'] = {
      list: (kind, segment) => objects.list(kind, segment),
      remove: async (object) => {
        stage.tell('sweep', () => `removes ${object.key}`);
        retained.checkRemoval(object);
        await objects.remove(object);
      },
    };
    this.#ports = {
      ...seen,
      index: service.withTurns(new MemorySweepIndex(stores), ['change', 'banObject', 'banPack', 'endPack']),
      removable: service.withTurns(removable, ['remove']),
      deadLetters: { count: async () => this.#feed.deadLetters },
      clock: service.clock,
      meter: stores.telemetry,
    };
    this.#expire = createExpiryHandler({ ...seen, random: stores.random });
  }

  get isIdle(): boolean {
    return this.#running === 0 && this.#feed.isIdle;
  }

  /** There are no dead letters. */
  get isMended(): boolean {
    return this.#feed.deadLetters === 0;
  }

  /** The stream tells the projection what was committed. */
  committed({ namespaceId, epoch, entries }: NamespaceTransaction): void {
    this.#feed.append(entries.map(({ seq }) => ({ namespaceId, epoch, seq })));
  }

  /** A run of the expiry over everything. */
  async expire(): Promise<void> {
    await this.#task(async () => {
      const { revisions, purged, failed } = await this.#expire({}, { awsRequestId: 'expiry' });
      this.#stage.tell('expiry', () => `${revisions} revisions, ${purged} purged, ${failed} namespaces failed`);
    });
  }

  /** A run of the sweep; as if others had gone on, with nothing to do, for a time that all clocks have just gone forward. */
  async sweep(agedMs: number): Promise<SweepReport | undefined> {
    let report: SweepReport | undefined;
    await this.#task(async () => {
      const progress = await this.#ports.index.readProgress();
      if (progress !== undefined) {
        const { after: _after, ...rest } = progress;
        const sweepAt = progress.sweepAt + agedMs;
        await this.#ports.index.writeProgress({ ...rest, wallAt: this.#service.clock.now(), phase: 'heads', sweepAt });
      }
      report = await runSweep(this.#ports, { isDry: false });
      this.#stage.tell('sweep', () => JSON.stringify(report));
    });
    return report;
  }

  /** Brings to its end what was lost on the way, as a person does who looks after dead letters. */
  async repair(): Promise<void> {
    this.#feed.redrive();
    const { stores, seen, clock } = this.#service;
    for (const { namespaceId, groundId } of stores.namespaces.listHeads()) {
      if (groundId !== undefined) continue;
      const settling = { ...seen, random: stores.random, meter: stores.telemetry };
      await this.#task(async () => {
        await settleRemainders(settling, namespaceId, epochMs(clock.now() + EXPIRY_RUN_MS));
      });
    }
  }

  /** Runs something of which nothing but a refusal of the store may come. */
  async #task(run: () => Promise<void>): Promise<void> {
    this.#running += 1;
    try {
      await run();
    } catch (error) {
      if (error instanceof UnavailableError) this.#stage.tell('upkeep', () => error.message);
      else this.#stage.violate('engine', error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      this.#running -= 1;
    }
  }
}
