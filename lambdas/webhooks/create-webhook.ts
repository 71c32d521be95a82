import {
  type CreateWebhookRequest,
  encodeUlid,
  NAMESPACE_WEBHOOKS_MAX,
  type NodeId,
  type RouteResponse,
  rootNodeId,
  WEBHOOKS_MAX,
  WebhookId,
} from '@syncline/protocol';
import type { Access } from '../namespaces/namespace-store.ts';
import { findLiveNode, type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import type { DeliveryQueue } from './delivery-task.ts';
import { FIRST_LOOK_SECONDS } from './limits.ts';
import { webhookSecret } from './sign-message.ts';
import type { StoredWebhook, WebhookStore } from './webhook-store.ts';
import { parseTarget, type WebhookTargets } from './webhook-target.ts';
import { wireWebhook } from './wire-webhook.ts';

export interface CreateWebhookDependencies extends OpenNamespaceDependencies {
  readonly webhooks: Pick<WebhookStore, 'create' | 'listFollowers' | 'listOwn'>;
  readonly deliveries: DeliveryQueue;
  readonly keyRing: KeyRing;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly webhookTargets: WebhookTargets;
}

/**
 * Makes a webhook for a namespace that the caller may read, or for a folder in it, and answers its secret, which nobody can ask for again. Its receiver is told of
 * all that changes there from then on. A repeat makes another one. An account that makes several at once may come to a few more than WEBHOOKS_MAX.
 *
 * What changes before the row is there is found by a first look, which is queued before. Cost: 1 read, 2 Queries, a request, a transaction of 2 items,
 * and for a folder a read per level.
 */
export async function createWebhook(
  dependencies: CreateWebhookDependencies,
  { namespaceId, folderId, url }: CreateWebhookRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'createWebhook'>>> {
  const { webhooks, deliveries, keyRing, clock, random, webhookTargets } = dependencies;
  const access = await openNamespace(dependencies, caller, namespaceId);
  if (access.kind === 'refused') return access;
  const followed = await findFollowed(dependencies, access.value, folderId);
  if (followed.kind === 'refused') return followed;
  const target = parseTarget(url, webhookTargets);
  if (typeof target === 'string') return refused('invalid_request', target);
  const [own, followers] = [await webhooks.listOwn(caller.accountId), await webhooks.listFollowers(namespaceId)];
  if (own.length >= WEBHOOKS_MAX) return tooMany('an account', 'WEBHOOKS_MAX', WEBHOOKS_MAX);
  if (followers.length >= NAMESPACE_WEBHOOKS_MAX) {
    return tooMany('a namespace', 'NAMESPACE_WEBHOOKS_MAX', NAMESPACE_WEBHOOKS_MAX);
  }
  const { epoch, seq } = access.value.head;
  const webhookId = WebhookId.parse(encodeUlid(random.bytes(16)));
  const webhook: StoredWebhook = {
    webhookId,
    namespaceId,
    ...followed.value,
    accountId: caller.accountId,
    url: target.href,
    createdAt: clock.now(),
    told: { epoch, seq },
  };
  const ticket = encodeUlid(random.bytes(16));
  await deliveries.send({ kind: 'changed', namespaceId, webhookId, ticket }, FIRST_LOOK_SECONDS);
  await webhooks.create(webhook);
  return done({ webhook: wireWebhook(webhook), secret: await webhookSecret(keyRing, webhookId) });
}

/** The root stands for all of the namespace, of which nothing has to be looked up. */
async function findFollowed(
  dependencies: Pick<OpenNamespaceDependencies, 'namespaces'>,
  access: Access,
  folderId: NodeId | undefined,
): Promise<Outcome<Pick<StoredWebhook, 'folderId'>>> {
  if (folderId === undefined || folderId === rootNodeId(access.head.namespaceId)) return done({});
  const node = await findLiveNode(dependencies, access, folderId);
  if (node.kind === 'refused') return node;
  const { kind } = node.value;
  if (kind === 'mount') return refused('invalid_request', 'this is a shared folder: name its namespace, and no folder');
  if (kind !== 'folder')
    return refused('invalid_request', 'a webhook follows folders: name the one that the file is in');
  return done({ folderId });
}

function tooMany(who: string, limit: string, max: number): Refused {
  return refused('too_large', `${who} has at most ${max} webhooks: remove one`, { limit, max });
}
