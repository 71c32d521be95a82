import { createProjectHandler, type ProjectedEntry } from '../../lambdas/references/create-project-handler.ts';
import type { StreamRecord } from '../../lambdas/runtime/stream-records.ts';
import type { Chance } from './chance.ts';
import type { SimulatedService } from './simulated-service.ts';
import type { Stage } from './stage.ts';

/** Time from an entry to the call of the projection, in simulated ms. */
const DELAY_MS = { least: 50, most: 2000 };
const LATE_MS_MAX = 60_000;
const RETRIES_MAX = 3;

interface Record extends StreamRecord {
  readonly number: number;
}

/** Lets the journal's stream call the projection: records come twice, in any order, late, or never; some end as dead letters. */
export class ProjectionFeed {
  readonly #stage: Stage;
  readonly #chance: Chance;
  readonly #project: ReturnType<typeof createProjectHandler>;
  readonly #dead: Record[] = [];
  #made = 0;
  #open = 0;

  constructor(stage: Stage, service: SimulatedService) {
    this.#stage = stage;
    this.#chance = stage.chance.fork('projection');
    this.#project = createProjectHandler({
      ...service.seen,
      indexTasks: undefined,
      decodeEntry: (image) => {
        if (image === undefined) throw new TypeError('this is no entry');
        return image as ProjectedEntry;
      },
    });
  }

  get deadLetters(): number {
    return this.#dead.length;
  }

  get isIdle(): boolean {
    return this.#open === 0;
  }

  append(entries: readonly ProjectedEntry[]): void {
    const { faults } = this.#stage;
    const records: Record[] = [];
    for (const entry of entries) {
      // Poison, which no try makes better.
      if (faults.strikes('record-mixed')) records.push(this.#record(undefined));
      if (!faults.strikes('record-lost')) records.push(this.#record(entry));
      if (faults.strikes('record-mixed')) records.push(this.#record(entry));
    }
    if (faults.strikes('record-mixed')) records.reverse();
    const isLate = faults.strikes('record-mixed');
    const delay = isLate ? this.#chance.fraction() * LATE_MS_MAX : this.#chance.between(DELAY_MS.least, DELAY_MS.most);
    this.#deliver(records, delay);
  }

  /** Delivers dead letters once more, but for poison, which is thrown away. */
  redrive(): void {
    const records = this.#dead.splice(0).filter(({ dynamodb }) => dynamodb?.NewImage !== undefined);
    this.#deliver(records, DELAY_MS.least);
  }

  #record(image: ProjectedEntry | undefined): Record {
    this.#made += 1;
    const number = this.#made;
    return { number, eventName: 'INSERT', dynamodb: { SequenceNumber: `${number}`, NewImage: image } };
  }

  #deliver(records: readonly Record[], delayMs: number): void {
    if (records.length === 0) return;
    this.#open += 1;
    this.#stage.scheduler.after(delayMs, () => {
      void this.#consume(records, RETRIES_MAX).finally(() => {
        this.#open -= 1;
      });
    });
  }

  /** What Lambda does: where a record failed it goes on there, by halves, a few times; then the record is a dead letter. */
  async #consume(batch: readonly Record[], retries: number): Promise<void> {
    if (batch.length === 0) return;
    try {
      const { batchItemFailures } = await this.#project({ Records: batch }, { awsRequestId: 'projection' });
      const failed = batchItemFailures[0]?.itemIdentifier;
      if (failed === undefined) return;
      const rest = batch.slice(batch.findIndex(({ number }) => `${number}` === failed));
      await this.#stage.scheduler.sleep(this.#chance.fraction() * 1000);
      if (rest.length === 1 && retries === 0) {
        this.#dead.push(...rest);
        return;
      }
      const half = Math.ceil(rest.length / 2);
      await this.#consume(rest.slice(0, half), Math.max(0, retries - 1));
      await this.#consume(rest.slice(half), RETRIES_MAX);
    } catch (error) {
      this.#stage.violate('I-20', `the projection threw ${String(error)}`);
    }
  }
}
