import {
  assert,
  type NamespaceId,
  type NodeId,
  SECOND_MS,
  type Webhook,
  type WebhookId,
  type WebhookMessage,
} from '@syncline/protocol';
import { type VerifiedWebhook, verifyWebhook } from '../../client/src/api/verify-webhook.ts';
import { createProjectHandler, type ProjectedEntry } from '../../lambdas/references/create-project-handler.ts';
import type { Random } from '../../lambdas/runtime/clock.ts';
import type { StreamRecord } from '../../lambdas/runtime/stream-records.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { createDeliverHandler } from '../../lambdas/webhooks/create-deliver-handler.ts';
import type { SendResult, WebhookPost } from '../../lambdas/webhooks/webhook-sender.ts';
import type { Member } from './in-memory-member.ts';
import type { InMemoryStores } from './in-memory-stores.ts';
import { receivedMessage } from './received-message.ts';
import { SharedWorld } from './shared-world.ts';

/** Steps of time after which nothing can be left on its way. */
const STEPS_MAX = 5000;
const DELIVERIES_AT_ONCE = 10;

/** A server of somebody else, with an address of its own and the secret of its webhook. */
export interface Receiver {
  readonly webhookId: WebhookId;
  readonly url: string;
  readonly secret: string;
  /** All that was posted, taken or not. */
  readonly posts: { readonly post: WebhookPost; readonly at: number }[];
  /** What was genuine, and taken. */
  readonly heard: WebhookMessage[];
  /** What it answers. */
  answer: () => SendResult | Promise<SendResult>;
}

/** People, and servers that are told of their changes, by the functions as they are deployed. With a share of faults, what these need fails now and then. */
export class WebhookWorld extends SharedWorld {
  readonly receivers: Receiver[] = [];
  /** Records of the stream that are still to be handed over. */
  records: StreamRecord[] = [];
  faults = 0;
  readonly #chance: Random | undefined;
  readonly #project: ReturnType<typeof createProjectHandler>;
  readonly #deliver: ReturnType<typeof createDeliverHandler>;
  readonly #handled = new Set<string>();
  #count = 0;

  constructor(chance?: Random) {
    super();
    this.#chance = chance;
    const { stores } = this;
    const decodeEntry = (image: unknown) => image as ProjectedEntry;
    const failing = {
      ...stores,
      webhooks: this.#failingNowAndThen(stores.webhooks),
      deliveries: this.#failingNowAndThen(stores.deliveries),
      namespaces: stores.namespaces,
    };
    this.#project = createProjectHandler({ ...failing, decodeEntry, indexTasks: undefined });
    const sender = { send: (post: WebhookPost) => this.#receive(post) };
    this.#deliver = createDeliverHandler({ ...failing, sender });
  }

  get stores(): InMemoryStores {
    return this.service.stores;
  }

  /** All of a namespace, or a folder in it. */
  async follow(member: Member, namespaceId: NamespaceId = member.namespaceId, folderId?: NodeId): Promise<Receiver> {
    const url = `https://hooks.example.com/${this.receivers.length}`;
    const body = { namespaceId, url, ...(folderId === undefined ? {} : { folderId }) };
    const { webhook, secret } = await this.call(member, 'createWebhook', { body });
    const { webhookId } = webhook;
    const answer = (): SendResult => ({ kind: 'answered', status: 204 });
    const receiver: Receiver = { webhookId, url, secret, posts: [], heard: [], answer };
    this.receivers.push(receiver);
    return receiver;
  }

  /** Hands the stream's records over, each batch until it is done. */
  async stream(): Promise<void> {
    for (const NewImage of this.stores.namespaces.takeAppended()) {
      this.records.push({ eventName: 'INSERT', dynamodb: { SequenceNumber: String(this.#count++), NewImage } });
    }
    for (let tries = 0; this.records.length > 0 && tries < STEPS_MAX; tries++) {
      const { batchItemFailures } = await this.#project({ Records: this.records }, { awsRequestId: 'project' });
      const first = batchItemFailures[0]?.itemIdentifier;
      const at = this.records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === first);
      this.records = first === undefined ? [] : this.records.slice(at);
    }
  }

  /** Handles the messages that are due. Answers how many there were. */
  async deliver(): Promise<number> {
    // What is being handled is hidden from others meanwhile.
    const due = this.stores.deliveries.receive().filter(({ receipt }) => !this.#handled.has(receipt));
    for (const { receipt } of due) this.#handled.add(receipt);
    for (let from = 0; from < due.length; from += DELIVERIES_AT_ONCE) {
      const batch = due.slice(from, from + DELIVERIES_AT_ONCE);
      const Records = batch.map(({ body, receipt, tries }) => ({
        ...receivedMessage(receipt, body, { receives: tries }),
        receiptHandle: receipt,
      }));
      const { batchItemFailures } = await this.#deliver({ Records }, { awsRequestId: 'deliver' });
      const again = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { receipt } of batch) if (!again.has(receipt)) this.stores.deliveries.remove(receipt);
    }
    for (const { receipt } of due) this.#handled.delete(receipt);
    return due.length;
  }

  /** Lets time pass, and what is due happen. */
  async pass(seconds: number): Promise<void> {
    const { clock, deliveries } = this.stores;
    const until = clock.now() + seconds * SECOND_MS;
    await this.stream();
    for (let step = 0; step < STEPS_MAX; step++) {
      await this.deliver();
      const next = deliveries.nextAt;
      if (next === undefined || next > until) break;
      clock.advance(Math.max(1, next - clock.now()));
    }
    clock.advance(until - clock.now());
  }

  /** A webhook as its maker sees it. */
  async stateOf(member: Member, { webhookId }: Receiver): Promise<Webhook | undefined> {
    const { webhooks } = await this.call(member, 'listWebhooks', {});
    return webhooks.find((webhook) => webhook.webhookId === webhookId);
  }

  verify(
    { secret }: Receiver,
    { headers, body }: WebhookPost,
    nowMs: number = this.stores.clock.now(),
  ): Promise<VerifiedWebhook> {
    return verifyWebhook({ headers, body }, { secret, nowMs });
  }

  async #receive(post: WebhookPost): Promise<SendResult> {
    const receiver = this.receivers.find(({ url }) => url === post.url);
    assert(receiver !== undefined, 'messages go to receivers');
    receiver.posts.push({ post, at: this.stores.clock.now() });
    const verified = await this.verify(receiver, post);
    assert(verified.kind === 'genuine', 'every message is signed');
    const answer = await receiver.answer();
    if (answer.kind === 'answered' && answer.status < 300) receiver.heard.push(verified.message);
    return answer;
  }

  /** Each call of a store may fail before it is done, or after. */
  #failingNowAndThen<T extends object>(store: T): T {
    const fails = () => this.#chance !== undefined && this.#chance.fraction() < this.faults;
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          if (fails()) throw new UnavailableError('not today');
          const answer: unknown = await value.apply(target, given);
          if (fails()) throw new UnavailableError('too late');
          return answer;
        };
      },
    });
  }
}
