import { type EpochMs, encodeUlid, epochMs, SECOND_MS, WEBHOOK_FAILING_MS, type WebhookEnd } from '@syncline/protocol';
import { isBehind, type JournalPosition } from '../journal/journal-positions.ts';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import type { Meter } from '../runtime/meter.ts';
import type { DeliveryQueue, DeliveryTask } from './delivery-task.ts';
import type { FolderTrail } from './folder-trail.ts';
import type { FolderStanding } from './folder-ways.ts';
import { CLOCKS_APART_MS, GATHER_SECONDS, RETRY_JITTER, RETRY_MS_MAX, RETRY_MS_MIN } from './limits.ts';
import { lookAtFolder, readStanding } from './look-at-folder.ts';
import { signMessage } from './sign-message.ts';
import type { SendResult, WebhookSender } from './webhook-sender.ts';
import type { StoredResult, StoredWebhook, WebhookChange, WebhookStore } from './webhook-store.ts';

export interface DeliverWebhookDependencies {
  readonly webhooks: Pick<WebhookStore, 'get' | 'change'>;
  readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
  readonly trail: FolderTrail;
  readonly deliveries: DeliveryQueue;
  readonly sender: WebhookSender;
  readonly keyRing: KeyRing;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly meter: Meter;
}

/** `again`: the task is to come once more after so long. */
export type Delivery = { readonly kind: 'done' } | { readonly kind: 'again'; readonly afterMs: number };

const DONE: Delivery = { kind: 'done' };
/** What was known when a look began is not so any more: another delivery came between. */
const LOOK_AGAIN: Delivery = { kind: 'again', afterMs: GATHER_SECONDS * SECOND_MS };
/** HTTP status by which a receiver says that it wants nothing any more. */
const GONE = 410;

/**
 * Tells a receiver how far its namespace has come, unless it knows, or nothing of what the webhook follows has changed; and if its maker may still read it. A try
 * that failed is repeated ever later until WEBHOOK_FAILING_MS are over; then, or when the receiver says that it is gone, or the maker has lost access, the webhook
 * ends. So it does when its folder is gone for good, or shared, and the receiver was told; of one in the trash it is told, too, and then that it is back.
 *
 * A receiver may take so long that another delivery is through meanwhile. Then it is looked at once more.
 *
 * Idempotent: a repeat tells again what may have been told. Cost: 2 reads, a post, a write, or 2 when another delivery was through. For a folder a look beside it
 * (look-at-folder.ts), and no post when nothing has changed there.
 */
export async function deliverWebhook(dependencies: DeliverWebhookDependencies, task: DeliveryTask): Promise<Delivery> {
  const { webhooks, clock } = dependencies;
  const webhook = await webhooks.get(task);
  if (webhook === undefined || isLeftToOthers(webhook, task, clock.now())) return DONE;
  const isEarly = task.kind === 'changed' && (webhook.quietUntil ?? 0) > clock.now();
  // What is appended after the head was read must find that nothing is on its way any more.
  if (isEarly) await webhooks.change(webhook, { quietUntil: undefined });
  const place = await readPlace(dependencies, webhook);
  if (place === undefined) return DONE;
  if (task.kind === 'test') return test(dependencies, webhook, place);
  const isKnown = !isBehind(webhook.told, place) && webhook.isUnsure === undefined;
  return isKnown ? DONE : tell(dependencies, { webhook, ticket: task.ticket, place });
}

/** How far the journal is. Undefined when the maker may not read it: then the webhook has ended. */
async function readPlace(
  { webhooks, namespaces, meter }: DeliverWebhookDependencies,
  webhook: StoredWebhook,
): Promise<JournalPosition | undefined> {
  const access = await namespaces.readAccess(webhook);
  if (access !== undefined) return { epoch: access.head.epoch, seq: access.head.seq };
  await webhooks.change(webhook, { end: 'access_lost' });
  meter.count('webhooksEnded');
  return undefined;
}

interface News {
  readonly webhook: StoredWebhook;
  readonly ticket: string;
  readonly place: JournalPosition;
}

async function tell(dependencies: DeliverWebhookDependencies, { webhook, ticket, place }: News): Promise<Delivery> {
  const { webhooks, meter } = dependencies;
  const { standing, isOwed } = await lookAtFolder(dependencies, webhook, place);
  if (!isOwed) {
    // The next look goes on from here.
    return (await webhooks.change(webhook, { told: place }, webhook.told)) ? DONE : LOOK_AGAIN;
  }
  const seen = await settleStanding(dependencies, { webhook, standing, place });
  if (seen === undefined) return DONE;
  const last = await post(dependencies, webhook, { type: 'namespace.changed', place: seen.upTo });
  if (last.outcome !== 'delivered') return failed(dependencies, { webhook, ticket, last });
  const { end, ...rest } = seen.known;
  // It had not ended. If another delivery has ended it meanwhile, it stays so.
  const ended = end === undefined ? {} : { end };
  const taken = { told: place, last, failingSince: undefined, ...rest, ...ended };
  if (end !== undefined) meter.count('webhooksEnded');
  return (await noteTaken(webhooks, webhook, taken)) ? DONE : LOOK_AGAIN;
}

/**
 * Whether this was the one message on its way. Where another delivery was through meanwhile, nobody knows which of two messages the receiver acted on last, and so what it
 * believes of a folder: the next look tells, whatever it finds.
 */
async function noteTaken(
  webhooks: Pick<WebhookStore, 'change'>,
  webhook: StoredWebhook,
  taken: WebhookChange,
): Promise<boolean> {
  const isSure = webhook.isUnsure === undefined ? {} : { isUnsure: undefined };
  if (await webhooks.change(webhook, { ...taken, ...isSure }, webhook.told)) return true;
  const { told: _otherwise, ...rest } = taken;
  await webhooks.change(webhook, webhook.folderId === undefined ? rest : { ...rest, isUnsure: true });
  return false;
}

interface SeenStanding {
  /** The journal up to there tells what was seen. */
  readonly upTo: JournalPosition;
  /** What the receiver knows of the folder once it has taken a message that says so. */
  readonly known: Pick<WebhookChange, 'restingSince' | 'end'>;
}

/**
 * What is seen of a folder may have happened after the journal was read, which is read again for it. Where it has moved meanwhile, nothing is concluded: the way up
 * may have been put together from rows of several moments. It is told, and the next look begins where this one began. Undefined when access was lost.
 */
async function settleStanding(
  dependencies: DeliverWebhookDependencies,
  seen: { readonly webhook: StoredWebhook; readonly standing: FolderStanding; readonly place: JournalPosition },
): Promise<SeenStanding | undefined> {
  const { webhook, standing, place } = seen;
  if (standing === 'live') return { upTo: place, known: { restingSince: undefined, end: undefined } };
  const upTo = await readPlace(dependencies, webhook);
  if (upTo === undefined) return undefined;
  if (isBehind(place, upTo)) return { upTo, known: { end: undefined } };
  const restingSince = standing === 'trashed' ? (webhook.restingSince ?? dependencies.clock.now()) : undefined;
  return { upTo, known: { restingSince, end: ENDS[standing] } };
}

const ENDS = {
  live: undefined,
  trashed: undefined,
  gone: 'folder_gone',
  shared: 'folder_shared',
} as const satisfies Record<FolderStanding, WebhookEnd | undefined>;

/** One that has ended is not looked at, and of two messages the one that is to be handled later does the work of both. */
function isLeftToOthers(webhook: StoredWebhook, { kind, ticket }: DeliveryTask, now: EpochMs): boolean {
  if (kind === 'test') return false;
  return webhook.end !== undefined || (webhook.ticket !== ticket && (webhook.quietUntil ?? 0) > now);
}

/**
 * A test is tried once. One that is taken makes an ended webhook go on, if its folder is still there, which is then looked at for what came in
 * between.
 */
async function test(
  dependencies: DeliverWebhookDependencies,
  webhook: StoredWebhook,
  place: JournalPosition,
): Promise<Delivery> {
  const { webhooks, deliveries, random } = dependencies;
  const { namespaceId, webhookId } = webhook;
  const standing = await readStanding(dependencies, webhook);
  const seen = await settleStanding(dependencies, { webhook, standing, place });
  if (seen === undefined) return DONE;
  const last = await post(dependencies, webhook, { type: 'webhook.test', place: seen.upTo });
  if (last.outcome !== 'delivered') {
    await webhooks.change(webhook, { last });
    return DONE;
  }
  const isLatest = await noteTaken(webhooks, webhook, { told: place, last, failingSince: undefined, ...seen.known });
  if (isLatest && (webhook.end === undefined || seen.known.end !== undefined)) return DONE;
  const ticket = encodeUlid(random.bytes(16));
  await deliveries.send({ kind: 'changed', namespaceId, webhookId, ticket }, GATHER_SECONDS);
  return DONE;
}

async function post(
  { sender, keyRing, clock, meter }: DeliverWebhookDependencies,
  webhook: StoredWebhook,
  message: { readonly type: 'namespace.changed' | 'webhook.test'; readonly place: JournalPosition },
): Promise<StoredResult> {
  const result = await sender.send(await signMessage(keyRing, webhook, { ...message, now: clock.now() }));
  const last = resultOf(result, clock.now());
  meter.count(last.outcome === 'delivered' ? 'webhooksTold' : 'webhooksFailed');
  return last;
}

function resultOf(result: SendResult, at: EpochMs): StoredResult {
  if (result.kind !== 'answered') return { at, outcome: result.kind };
  const isTaken = result.status >= 200 && result.status < 300;
  return { at, outcome: isTaken ? 'delivered' : 'refused', status: result.status };
}

interface Failure {
  readonly webhook: StoredWebhook;
  readonly ticket: string;
  readonly last: StoredResult;
}

async function failed(
  { webhooks, clock, random, meter }: DeliverWebhookDependencies,
  { webhook, ticket, last }: Failure,
): Promise<Delivery> {
  const now = clock.now();
  const failingSince = webhook.failingSince ?? now;
  const failingMs = now - failingSince;
  const isGone = last.status === GONE;
  if (isGone || failingMs >= WEBHOOK_FAILING_MS) {
    await webhooks.change(webhook, { last, failingSince, end: isGone ? 'gone' : 'failing' });
    meter.count('webhooksEnded');
    return DONE;
  }
  const pauseMs = Math.min(RETRY_MS_MAX, Math.max(RETRY_MS_MIN, failingMs));
  const afterMs = Math.ceil(pauseMs * (1 + RETRY_JITTER * random.fraction()));
  const quietUntil = epochMs(now + afterMs - CLOCKS_APART_MS);
  // Whoever has taken something meanwhile is not failing.
  const isFailing = await webhooks.change(webhook, { last, failingSince, ticket, quietUntil }, webhook.told);
  return isFailing ? { kind: 'again', afterMs } : LOOK_AGAIN;
}
