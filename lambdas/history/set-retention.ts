import {
  epochMs,
  type NamespaceId,
  RETENTION_DAYS_DEFAULT,
  type Retention,
  type RouteResponse,
  type Thinning,
} from '@syncline/protocol';
import type { NamespaceHead } from '../namespaces/namespace-store.ts';
import { type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { type ExpireDependencies, expireNamespace } from './expire-namespace.ts';
import { ageExpiry } from './expiry-clock.ts';
import { RETENTION_COUNT_MS } from './limits.ts';
import type { RetentionStore } from './retention-store.ts';

export interface SetRetentionDependencies extends OpenNamespaceDependencies, ExpireDependencies {
  readonly retentions: RetentionStore;
}

export interface SetRetentionRequest {
  readonly namespaceId: NamespaceId;
  readonly days?: number | undefined;
  readonly thinning?: Thinning | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Sets how long a namespace keeps what was replaced or deleted; the next expiry goes by it. The answer tells what that one lets go, as far as it
 * can be counted in RETENTION_COUNT_MS, and a dry run tells it and sets nothing. Only an owner may. Idempotent.
 * Cost: that of a dry run of the expiry, and one write.
 */
export async function setRetention(
  dependencies: SetRetentionDependencies,
  request: SetRetentionRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'setRetention'>>> {
  const { clock, expiryClock, retentions } = dependencies;
  const { namespaceId } = request;
  const access = await openNamespace(dependencies, caller, namespaceId);
  if (access.kind === 'refused') return access;
  const { head, role } = access.value;
  if (role !== 'owner') return refused('forbidden', 'only an owner may change how long things are kept: ask the owner');
  const before = retentionOf(head);
  const retention = { days: request.days ?? before.days, thinning: request.thinning ?? before.thinning };
  const now = clock.now();
  const time = epochMs(Math.min(ageExpiry(await expiryClock.read(), now), now));
  const report = await expireNamespace(
    dependencies,
    { ...head, retentionDays: retention.days, thinning: retention.thinning },
    { until: epochMs(now + RETENTION_COUNT_MS), isDryRun: true, time },
  );
  const loss = {
    revisions: report.revisions,
    revisionBytes: report.bytes,
    deletions: report.purged,
    isComplete: report.isDone,
  };
  if (request.dryRun === true) return done({ retention, loss });
  const isSet = await retentions.setRetention({ namespaceId, ownerAccountId: caller.accountId }, retention);
  return isSet ? done({ retention, loss }) : refused('conflict', 'the folder has another owner by now: ask that one');
}

/** How long a namespace keeps what was replaced or deleted. Cost: 1 read. */
export async function getRetention(
  dependencies: OpenNamespaceDependencies,
  { namespaceId }: { readonly namespaceId: NamespaceId },
  caller: Caller,
): Promise<Outcome<RouteResponse<'getRetention'>>> {
  const access = await openNamespace(dependencies, caller, namespaceId);
  return access.kind === 'refused' ? access : done({ retention: retentionOf(access.value.head) });
}

export function retentionOf({ retentionDays, thinning }: NamespaceHead): Retention {
  return { days: retentionDays ?? RETENTION_DAYS_DEFAULT, thinning: thinning ?? 'days' };
}
