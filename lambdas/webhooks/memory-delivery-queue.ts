import { type EpochMs, epochMs, SECOND_MS } from '@syncline/protocol';
import type { Clock } from '../runtime/clock.ts';
import type { DeliveryTask, ReceivedDeliveryQueue } from './delivery-task.ts';

interface Message {
  readonly body: string;
  readonly receipt: string;
  visibleAt: EpochMs;
  tries: number;
}

/** Tasks in the memory of one process, as messages: each comes when it is due, and again, until it is removed. */
export class MemoryDeliveryQueue implements ReceivedDeliveryQueue {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #messages = new Map<string, Message>();
  #sent = 0;

  constructor(dependencies: { readonly clock: Pick<Clock, 'now'> }) {
    this.#clock = dependencies.clock;
  }

  async send(task: DeliveryTask, delaySeconds: number): Promise<void> {
    const receipt = `message ${++this.#sent}`;
    const visibleAt = epochMs(this.#clock.now() + delaySeconds * SECOND_MS);
    this.#messages.set(receipt, { body: JSON.stringify(task), receipt, visibleAt, tries: 0 });
  }

  async hide(receipt: string, forSeconds: number): Promise<void> {
    const message = this.#messages.get(receipt);
    if (message !== undefined) message.visibleAt = epochMs(this.#clock.now() + forSeconds * SECOND_MS);
  }

  /** What is due, each with how often it has come by now. It stays until it is removed. */
  receive(): readonly { readonly body: string; readonly receipt: string; readonly tries: number }[] {
    const due = [...this.#messages.values()].filter(({ visibleAt }) => visibleAt <= this.#clock.now());
    for (const message of due) message.tries += 1;
    return due.map(({ body, receipt, tries }) => ({ body, receipt, tries }));
  }

  remove(receipt: string): void {
    this.#messages.delete(receipt);
  }

  /** Messages that are on their way. */
  get waiting(): number {
    return this.#messages.size;
  }

  /** When the next one is due; undefined when there is none. */
  get nextAt(): EpochMs | undefined {
    const times = [...this.#messages.values()].map(({ visibleAt }) => visibleAt);
    return times.length === 0 ? undefined : epochMs(Math.min(...times));
  }
}
