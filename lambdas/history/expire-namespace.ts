import {
  DAY_MS,
  type Device,
  type EpochMs,
  encodeUlid,
  epochMs,
  formatInstant,
  type NamespaceId,
  type NodeId,
  opId,
  parseInstant,
  RETENTION_DAYS_DEFAULT,
  RETENTION_DAYS_MAX,
  SERVICE_DEVICE_ID,
} from '@syncline/protocol';
import { NamespaceView } from '../journal/namespace-view.ts';
import { purged } from '../journal/node-change.ts';
import { dateChange } from '../namespaces/date-change.ts';
import type {
  Access,
  ContentName,
  ExpiryProgress,
  JournalEntry,
  NamespaceHead,
  NamespaceStore,
  StoredRevision,
} from '../namespaces/namespace-store.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { Meter } from '../runtime/meter.ts';
import { retryDelayMs } from '../runtime/retry-delay.ts';
import { expiredRevisions } from './expired-revisions.ts';
import type { ExpiryClock } from './expiry-clock.ts';
import {
  EXPIRY_DROPS_MAX,
  EXPIRY_ENTRIES_MAX,
  EXPIRY_PURGES_MAX,
  EXPIRY_REVISIONS_MAX,
  EXPIRY_TRIES_MAX,
  FLOOR_STEP_MS,
  THIN_TO_DAYS_AFTER_MS,
  THIN_TO_HOURS_AFTER_MS,
} from './limits.ts';

export interface ExpireDependencies {
  readonly namespaces: NamespaceStore;
  readonly expiryClock: ExpiryClock;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: Meter;
}

export interface ExpiryReport {
  readonly revisions: number;
  readonly bytes: number;
  readonly purged: number;
  /** False when the time was over before everything was looked at. */
  readonly isDone: boolean;
}

interface Run extends ExpireDependencies {
  readonly head: NamespaceHead;
  readonly retentionMs: number;
  /** When to stop. */
  readonly until: EpochMs;
  /** The expiry's own time: what is old is so by it. */
  readonly time: EpochMs;
  readonly isDryRun: boolean;
  /** Nodes that were looked at in this run: once is enough. */
  readonly looked: Set<NodeId>;
  readonly report: { revisions: number; bytes: number; purged: number; isDone: boolean };
  /** Somebody has changed the retention since the head was read: the next run goes by it. */
  isOutdated: boolean;
}

/**
 * Lets go what the retention of a namespace does not keep: purges what lies longer than that in the trash, and drops revisions by their rule.
 *
 * It follows the journal, so it costs what was changed, not what is there. Each step is one transaction conditional on the head, like a commit, so
 * it never meets one; where it was broken off the next run goes on. The head may be minutes old: when another retention was set since, nothing goes. A
 * dry run writes nothing and tells the same.
 * Source: docs/decisions/0123-retention-follows-the-journal.md
 */
export async function expireNamespace(
  dependencies: ExpireDependencies,
  head: NamespaceHead,
  options: Pick<Run, 'until' | 'time' | 'isDryRun'>,
): Promise<ExpiryReport> {
  const days = Math.min(head.retentionDays ?? RETENTION_DAYS_DEFAULT, RETENTION_DAYS_MAX);
  const report = { revisions: 0, bytes: 0, purged: 0, isDone: true };
  const retentionMs = days * DAY_MS;
  const run: Run = { ...dependencies, ...options, head, retentionMs, looked: new Set(), report, isOutdated: false };
  await raiseFloor(run);
  const { namespaceId, groundId, groundSeq = 0 } = head;
  await purgeTrash(run, namespaceId);
  // What lies in a shared folder was of its ground before, and so were its deletions and its journal.
  if (groundId !== undefined) await purgeTrash(run, groundId);
  let progress = await dependencies.namespaces.readExpiry(head.namespaceId);
  for (const ageMs of new Set([THIN_TO_HOURS_AFTER_MS, THIN_TO_DAYS_AFTER_MS, run.retentionMs])) {
    const key = String(ageMs / DAY_MS);
    progress = await followJournal(run, { journalId: namespaceId, end: head.seq, key, ageMs }, progress);
    if (groundId === undefined) continue;
    progress = await followJournal(run, { journalId: groundId, end: groundSeq, key: `before ${key}`, ageMs }, progress);
  }
  dependencies.meter.count('revisionsExpired', report.revisions);
  dependencies.meter.count('nodesPurged', report.purged);
  return report;
}

/** What is changed from here on is not dated before this, whatever clocks say: it is kept for as long as it should be, but for FLOOR_STEP_MS. */
async function raiseFloor({ expiryClock, head, time, isDryRun }: Run): Promise<void> {
  const { namespaceId, timeFloor = 0 } = head;
  if (!isDryRun && time >= timeFloor + FLOOR_STEP_MS) await expiryClock.raiseFloor({ namespaceId, timeFloor: time });
}

/** Purges what has lain in a trash for the retention, and is of this namespace. */
async function purgeTrash(run: Run, namespaceId: NamespaceId): Promise<void> {
  const { namespaces } = run;
  const deletedAt = formatInstant(epochMs(run.time - run.retentionMs));
  let before = { deletedAt, nodeId: '' as NodeId };
  while (isInTime(run)) {
    const { entries, next } = await namespaces.listTrash({ namespaceId, before, limit: EXPIRY_PURGES_MAX });
    if (entries.length > 0) {
      const count = await commitStep(run, (access) => purgeNodes(run, access, entries));
      run.report.purged += count;
    }
    if (next === undefined) return;
    before = next;
  }
}

async function purgeNodes(
  run: Run,
  access: Access,
  entries: readonly { readonly nodeId: NodeId; readonly deletedAt: string }[],
) {
  const view = new NamespaceView(run, access);
  await view.load(entries.map(({ nodeId }) => nodeId));
  const now = dateChange(access.head, run.clock.now());
  const batch = encodeUlid(run.random.bytes(16));
  let count = 0;
  for (const { nodeId, deletedAt } of entries) {
    const node = await view.node(nodeId);
    if (node === undefined || node.deletedAt !== deletedAt) continue;
    const author = {
      namespaceId: run.head.namespaceId,
      caller: { accountId: access.head.ownerAccountId, device: SERVICE },
      now,
    };
    view.apply(author, opId(batch, count), purged(author, node));
    count += 1;
  }
  return { count, transaction: view.transaction(now) };
}

/** One journal, up to an entry, at a distance. */
interface Followed {
  readonly journalId: NamespaceId;
  readonly end: number;
  /** Of its position. */
  readonly key: string;
  readonly ageMs: number;
}

/** Looks at all nodes that the journal names in entries that have become `ageMs` old since the last run. */
async function followJournal(run: Run, followed: Followed, begun: ExpiryProgress): Promise<ExpiryProgress> {
  const { namespaces, head } = run;
  const { journalId, end, key, ageMs } = followed;
  const progress: Record<string, number> = { ...begun };
  for (let seq = progress[key] ?? 0; seq < end && isInTime(run); seq = progress[key] ?? 0) {
    const limit = Math.min(EXPIRY_ENTRIES_MAX, end - seq);
    const entries = await namespaces.listEntries({ namespaceId: journalId, after: seq, limit });
    const due = entries.filter(({ changedAt }) => parseInstant(changedAt) <= run.time - ageMs);
    // What has expired of the journal is passed by; its nodes are looked at when they change again.
    const isPast = entries.length === 0;
    const last = isPast ? seq + limit : (due.at(-1)?.seq ?? seq);
    if (last === seq) return progress;
    await expireNodes(run, due);
    if (run.isOutdated) return progress;
    progress[key] = last;
    if (!run.isDryRun) await namespaces.writeExpiry(head.namespaceId, progress);
  }
  return progress;
}

async function expireNodes(run: Run, entries: readonly JournalEntry[]): Promise<void> {
  const changed = entries.filter(
    ({ type, node }) => node.kind === 'file' && (type === 'modified' || type === 'restored'),
  );
  for (const nodeId of new Set(changed.map(({ node }) => node.nodeId))) {
    if (run.looked.has(nodeId)) continue;
    run.looked.add(nodeId);
    let isMore = true;
    while (isMore) {
      const count = await commitStep(run, (access) => dropRevisions(run, access, nodeId));
      run.report.revisions += count;
      isMore = count === EXPIRY_DROPS_MAX && !run.isDryRun;
    }
  }
}

async function dropRevisions(run: Run, access: Access, nodeId: NodeId) {
  const { namespaceId } = run.head;
  const view = new NamespaceView(run, access);
  const transaction = view.transaction(run.time);
  const node = await view.node(nodeId);
  if (node === undefined) return { count: 0, transaction };
  const { revisions } = await run.namespaces.listRevisions({ namespaceId, nodeId, limit: EXPIRY_REVISIONS_MAX });
  const rule = {
    contentRev: node.contentRev,
    retentionMs: run.retentionMs,
    isThinned: run.head.thinning !== 'none',
    now: run.time,
  };
  const expired = expiredRevisions(revisions, rule);
  // The oldest first: what is left is thinned like what was there.
  const dropped = expired.toReversed().slice(0, run.isDryRun ? expired.length : EXPIRY_DROPS_MAX);
  const bytes = dropped.reduce((sum, { size }) => sum + size, 0);
  run.report.bytes += bytes;
  return {
    count: dropped.length,
    transaction: { ...transaction, dropped: dropped.map(nameOf), bytesRetainedDelta: -bytes },
  };
}

/** Decides a step at the present head and commits it, anew when a commit came first. Answers how much it does. */
async function commitStep(
  run: Run,
  decide: (
    access: Access,
  ) => Promise<{ readonly count: number; readonly transaction: Parameters<NamespaceStore['commit']>[0] }>,
): Promise<number> {
  const { namespaces, head } = run;
  const { bytes } = run.report;
  for (let attempt = 1; attempt <= EXPIRY_TRIES_MAX; attempt++) {
    run.report.bytes = bytes;
    const access = await namespaces.readAccess({ namespaceId: head.namespaceId, accountId: head.ownerAccountId });
    if (access === undefined) return 0;
    // A dry run may be about a retention that is not set.
    if (!run.isDryRun && !isSameRetention(access.head, head)) {
      run.isOutdated = true;
      break;
    }
    const { count, transaction } = await decide(access);
    if (count === 0 || run.isDryRun) return count;
    const { retentionDays, thinning } = access.head;
    const retention = {
      ...(retentionDays === undefined ? {} : { retentionDays }),
      ...(thinning === undefined ? {} : { thinning }),
    };
    if ((await namespaces.commit({ ...transaction, retention })).kind === 'committed') return count;
    await run.clock.sleep(retryDelayMs(run.random, attempt));
  }
  run.report.bytes = bytes;
  run.report.isDone = false;
  return 0;
}

function isSameRetention(left: NamespaceHead, right: NamespaceHead): boolean {
  return left.retentionDays === right.retentionDays && left.thinning === right.thinning;
}

function isInTime(run: Run): boolean {
  const isInTimeStill = run.clock.now() < run.until && !run.isOutdated;
  run.report.isDone &&= isInTimeStill;
  return isInTimeStill;
}

function nameOf({ nodeId, rev }: StoredRevision): ContentName {
  return { nodeId, rev };
}

const SERVICE: Device = {
  deviceId: SERVICE_DEVICE_ID,
  name: 'Syncline',
  platform: 'other',
  createdAt: formatInstant(epochMs(0)),
  lastSeenAt: formatInstant(epochMs(0)),
};
