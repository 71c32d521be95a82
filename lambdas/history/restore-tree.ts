import { createHash } from 'node:crypto';
import {
  assert,
  DAY_MS,
  epochMs,
  JOURNAL_RETENTION_MS,
  type NodeId,
  PAGE_ENTRIES_MAX,
  parseInstant,
  type RestoreTreeRequest,
  type RouteResponse,
  rootNodeId,
} from '@syncline/protocol';
import * as z from 'zod/mini';
import type { CommitDependencies } from '../journal/commit-to-namespace.ts';
import { NamespaceView } from '../journal/namespace-view.ts';
import { type Access, type JournalEntry, NODE_KEYS_MAX, type StoredRevision } from '../namespaces/namespace-store.ts';
import { findLiveNode, type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import { readPage, signPage } from '../namespaces/page-token.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { applyRestore } from './apply-restore.ts';
import { findMoment } from './find-moment.ts';
import { RESTORE_ENTRIES_MAX, RESTORE_PAGE_MS } from './limits.ts';
import { PastTree } from './past-tree.ts';
import { planRestore, type RestoreStep } from './plan-restore.ts';
import { readSpan } from './read-span.ts';
import { restoreTargets } from './restore-targets.ts';

export type RestoreTreeDependencies = OpenNamespaceDependencies & CommitDependencies;

/** Between which two places of the journal a restore goes, how many of its steps were told, and what they are. */
const RestorePlace = z.strictObject({ epoch: z.int(), past: z.int(), now: z.int(), told: z.int(), plan: z.string() });
type RestorePlace = z.infer<typeof RestorePlace>;

/**
 * Sets a folder with all below it back to how it was at a time, or undoes what one device did since, page by page.
 *
 * The plan is made of the journal between that time and the head at the first page, so every page is cut from the same plan, and a
 * page that is asked for twice is done once. It is made of ordinary commits of the caller's device: it shows in the
 * history, and a restore to the time before it takes it back. What was changed after the first page stays as it is. Where the plan does not come out as
 * it was, because a content that it needs has expired since, no further page of it is made.
 *
 * Cost: what lies between that time and the head is read with every page, and one read for each changed node's content and folders.
 * Source: docs/decisions/0122-restores-read-the-journal-backwards.md
 */
export async function restoreTree(
  dependencies: RestoreTreeDependencies,
  request: RestoreTreeRequest,
  caller: DeviceCaller,
): Promise<Outcome<RouteResponse<'restoreTree'>>> {
  const { keyRing, clock } = dependencies;
  const until = epochMs(clock.now() + RESTORE_PAGE_MS);
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  const isDryRun = request.dryRun === true;
  if (access.value.role === 'viewer' && !isDryRun) {
    return refused('forbidden', 'this account may read here, but not write');
  }
  const { namespaceId, epoch } = access.value.head;
  const scope = request.nodeId ?? rootNodeId(namespaceId);
  const subject = [namespaceId, scope, request.at, request.deviceId ?? '', isDryRun ? 'dry' : 'real'].join('/');
  const listing = { listing: 'restore', subject } as const;
  const page = await readPage(keyRing, listing, { token: request.page, place: RestorePlace });
  if (page.kind === 'refused') return page;
  const begun =
    page.value === undefined ? await begin(dependencies, access.value, { scope, at: request.at }) : done(page.value);
  if (begun.kind === 'refused') return begun;
  if (begun.value.epoch !== epoch) return refused('conflict', 'the namespace was set back meanwhile: begin again');
  const planned = await makePlan(dependencies, access.value, { ...request, scope, place: begun.value });
  if (planned.kind === 'refused') return planned;
  const { steps, later } = planned.value;
  const place = { ...begun.value, plan: fingerprintOf(steps) };
  if (page.value !== undefined && page.value.plan !== place.plan)
    return refused(
      'conflict',
      'what is kept of the history has changed meanwhile: begin again, and what is done stays done',
    );
  const told = steps.slice(place.told, place.told + PAGE_ENTRIES_MAX);
  const applied = isDryRun
    ? undefined
    : await applyRestore(dependencies, { caller, access: access.value, subject, place, steps: told, later, until });
  const changes = applied === undefined ? told.map(({ change }) => change) : [...applied];
  const next = { ...place, told: place.told + changes.length };
  return done({
    changes,
    seq: place.past,
    total: steps.length,
    ...(next.told < steps.length ? { nextPage: await signPage(keyRing, listing, next) } : {}),
  });
}

/** Finds the time in the journal. */
async function begin(
  dependencies: RestoreTreeDependencies,
  access: Access,
  { scope, at }: { readonly scope: NodeId; readonly at: string },
): Promise<Outcome<Omit<RestorePlace, 'plan'>>> {
  const node = await findLiveNode(dependencies, access, scope);
  if (node.kind === 'refused') return node;
  const { namespaceId, epoch, seq: head } = access.head;
  const time = parseInstant(at);
  const oldest = dependencies.clock.now() - JOURNAL_RETENTION_MS;
  if (time <= oldest) {
    return refused(
      'invalid_request',
      `the journal reaches back ${JOURNAL_RETENTION_MS / DAY_MS} days: name a later time`,
      {
        limit: 'JOURNAL_RETENTION_MS',
        max: JOURNAL_RETENTION_MS,
      },
    );
  }
  const { groundId, sharedAt } = access.head;
  if (sharedAt !== undefined && time < parseInstant(sharedAt))
    return refused('invalid_request', beforeSharing(sharedAt));
  const past = await findMoment(dependencies, { namespaceId, head }, time);
  // When it was shared is not known of every folder.
  if (groundId !== undefined && sharedAt === undefined && past === 0)
    return refused('invalid_request', beforeSharing());
  if (head - past > RESTORE_ENTRIES_MAX) {
    return refused('too_large', `more than ${RESTORE_ENTRIES_MAX} changes were made since: name a later time`, {
      limit: 'RESTORE_ENTRIES_MAX',
      max: RESTORE_ENTRIES_MAX,
    });
  }
  return done({ epoch, past, now: head, told: 0 });
}

/** What was changed before stands in another journal, that of the home where the folder was then. */
function beforeSharing(sharedAt?: string): string {
  const since = sharedAt === undefined ? '' : `, since ${sharedAt}`;
  return `a shared folder can be set back as far as it is shared${since}: name a later time`;
}

/** Tells a plan from every other. */
function fingerprintOf(steps: readonly RestoreStep[]): string {
  const hash = createHash('sha256');
  for (const { change, operation } of steps)
    hash.update(JSON.stringify([change.nodeId, change.action, change.obstacle, operation]));
  return hash.digest('base64url').slice(0, FINGERPRINT_LENGTH);
}

/** 120 bits. */
const FINGERPRINT_LENGTH = 20;

interface PlanRequest {
  readonly scope: NodeId;
  readonly place: Omit<RestorePlace, 'plan'>;
  readonly deviceId?: RestoreTreeRequest['deviceId'];
}

/** The plan, and the entries that came after the head that it is made for. */
async function makePlan(
  { namespaces }: RestoreTreeDependencies,
  access: Access,
  { scope, place, deviceId }: PlanRequest,
): Promise<Outcome<{ readonly steps: readonly RestoreStep[]; readonly later: readonly JournalEntry[] }>> {
  const { head } = access;
  const { namespaceId } = head;
  const entries = await readSpan({ namespaces }, { namespaceId, after: place.past, upTo: head.seq });
  const made = madeSince(entries, { scope, deviceId });
  if (made !== undefined) return refused('invalid_request', beforeMade(made));
  const view = new NamespaceView({ namespaces }, access);
  const tree = await PastTree.read(view, { entries, now: place.now, deviceId });
  const asked = { scope, isPartial: deviceId !== undefined };
  const targets = restoreTargets(tree, { ...asked, contents: new Map() });
  const wanted = [...targets.values()].flatMap(({ node: { nodeId, now, past } }) =>
    past === undefined || past.contentRev === now.contentRev ? [] : [{ nodeId, rev: past.contentRev }],
  );
  const contents = new Map<string, StoredRevision>();
  for (let start = 0; start < wanted.length; start += NODE_KEYS_MAX) {
    const kept = await namespaces.getRevisions(namespaceId, wanted.slice(start, start + NODE_KEYS_MAX));
    for (const [key, revision] of kept) contents.set(key, revision);
  }
  const steps = planRestore(tree, { ...asked, contents });
  const later = entries.filter(({ seq }) => seq > place.now);
  assert(later.length === head.seq - Math.min(place.now, head.seq), 'every later entry was read');
  return done({ steps, later });
}

/**
 * The entry that has made what is to be set back, if nothing of it was there at the time: a folder would lose all that it holds, and a file
 * have nothing to become. What a device has put into a folder of its own can be undone.
 */
function madeSince(
  entries: readonly JournalEntry[],
  { scope, deviceId }: Pick<PlanRequest, 'scope' | 'deviceId'>,
): JournalEntry | undefined {
  const made = entries.find(({ type, node }) => type === 'created' && node.nodeId === scope);
  if (made === undefined || deviceId === undefined) return made;
  return made.node.kind === 'file' && made.deviceId === deviceId ? made : undefined;
}

function beforeMade({ changedAt, node: { kind } }: JournalEntry): string {
  return `this ${kind} was made later, at ${changedAt}: name a time since then`;
}
