import type { StreamRecord } from '../../lambdas/runtime/stream-records.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { createNotifyHandler } from '../../lambdas/sockets/create-notify-handler.ts';
import type { AppendedEntry } from '../../lambdas/sockets/notify-devices.ts';
import type { Chance } from './chance.ts';
import type { SimulatedService } from './simulated-service.ts';
import type { Stage } from './stage.ts';

/** Time from an entry to the call of its consumer, in simulated ms. */
const DELAY_MS = { least: 50, most: 1000 };
const LATE_MS_MAX = 60_000;
/** As the deployment sets them (lib/constructs/change-feed.ts). */
const BATCH_ENTRIES_MAX = 100;
const RETRIES_MAX = 3;

interface Record extends StreamRecord {
  readonly number: number;
}

/** Lets the journal's stream call its consumer: the real notify handler, in batches, again where it failed, and more than once. */
export function connectChangeFeed(stage: Stage, service: SimulatedService): ChangeFeed {
  const feed = new ChangeFeed(stage, service);
  service.onAppended = (entries) => feed.append(entries);
  return feed;
}

export class ChangeFeed {
  /** Time by which the stream is late, besides what it always takes, in simulated ms. */
  lateMs = 0;
  readonly #stage: Stage;
  readonly #chance: Chance;
  readonly #notify: ReturnType<typeof createNotifyHandler>;
  readonly #waiting: Record[] = [];
  #made = 0;
  #isScheduled = false;

  constructor(stage: Stage, service: SimulatedService) {
    this.#stage = stage;
    this.#chance = stage.chance.fork('feed');
    const { stores } = service;
    this.#notify = createNotifyHandler({
      ...stores,
      pusher: {
        post: async (connectionId, message) => {
          if (stage.faults.strikes('push-failed')) throw new UnavailableError('the connection did not answer');
          return stores.pusher.post(connectionId, message);
        },
      },
      decodeEntry: (image) => {
        if (image === undefined) throw new TypeError('this is no entry');
        return image as AppendedEntry;
      },
    });
  }

  append(entries: readonly AppendedEntry[]): void {
    const { faults } = this.#stage;
    for (const entry of entries) {
      if (faults.strikes('push-mixed')) this.#push(undefined);
      this.#push(entry);
      if (faults.strikes('push-mixed')) this.#push(entry);
    }
    if (faults.strikes('push-mixed')) this.#waiting.reverse();
    this.#schedule();
  }

  #push(image: AppendedEntry | undefined): void {
    this.#made += 1;
    const number = this.#made;
    this.#waiting.push({ number, eventName: 'INSERT', dynamodb: { SequenceNumber: `${number}`, NewImage: image } });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const isLate = this.#stage.faults.strikes('push-mixed');
    const delay = isLate ? this.#chance.fraction() * LATE_MS_MAX : this.#chance.between(DELAY_MS.least, DELAY_MS.most);
    this.#stage.scheduler.after(delay + this.lateMs, () => {
      this.#isScheduled = false;
      const batch = this.#waiting.splice(0, BATCH_ENTRIES_MAX);
      if (this.#waiting.length > 0) this.#schedule();
      void this.#consume(batch, RETRIES_MAX);
    });
  }

  /** What Lambda does: calls with a batch; where a record failed, again from there on, by halves, a few times; then it goes on. */
  async #consume(batch: readonly Record[], retries: number): Promise<void> {
    if (batch.length === 0) return;
    try {
      const { batchItemFailures } = await this.#notify({ Records: batch }, { awsRequestId: 'feed' });
      const failed = batchItemFailures[0]?.itemIdentifier;
      if (failed === undefined) return;
      const from = batch.findIndex(({ number }) => `${number}` === failed);
      this.#stage.check(from >= 0, 'I-20', () => `the consumer failed at record ${failed}, which it was not given`);
      if (retries === 0) return;
      const rest = batch.slice(from);
      await this.#stage.scheduler.sleep(this.#chance.fraction() * 1000);
      const half = Math.ceil(rest.length / 2);
      await this.#consume(rest.slice(0, half), retries - 1);
      await this.#consume(rest.slice(half), RETRIES_MAX);
    } catch (error) {
      this.#stage.violate('I-20', `the consumer of the stream threw ${String(error)}`);
    }
  }
}
