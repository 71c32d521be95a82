import { assert, epochMs, type NamespaceId } from '@syncline/protocol';
import { isBehind, type JournalPosition } from '../journal/journal-positions.ts';
import { SETTLE_RECORD_MS } from '../remainders/limits.ts';
import { type SettleDependencies, settleRemainders } from '../remainders/settle-remainders.ts';
import { describeError, type ErrorDescription } from '../runtime/describe-error.ts';
import { type EntryTrace, lagOf, traceEntries } from '../runtime/entry-traces.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { firstFailure, readRecords, type StreamEvent, type StreamResult } from '../runtime/stream-records.ts';
import type { Telemetry } from '../runtime/telemetry.ts';
import type { IndexQueue } from '../search/index-task.ts';
import { type QueueDeliveriesDependencies, queueDeliveries } from '../webhooks/queue-deliveries.ts';
import { GROUNDS_IN_FLIGHT_MAX } from './limits.ts';
import { type ProjectNamespaceDependencies, projectNamespace } from './project-namespace.ts';

/** What projecting needs to know of a new journal entry: how far its journal has come. */
export interface ProjectedEntry extends JournalPosition, EntryTrace {
  readonly namespaceId: NamespaceId;
}

export interface ProjectHandlerDependencies extends Omit<SettleDependencies, 'meter'> {
  readonly telemetry: Telemetry;
  /** Reads the image of a journal entry; throws when it is none. */
  readonly decodeEntry: (image: unknown) => ProjectedEntry;
  /** Is told which journals have grown; undefined where the deployment has no search index. */
  readonly indexTasks: IndexQueue | undefined;
  /** How receivers of webhooks are told. */
  readonly webhooks: QueueDeliveriesDependencies['webhooks'];
  readonly deliveries: QueueDeliveriesDependencies['deliveries'];
}

type ProjectAllDependencies = ProjectNamespaceDependencies &
  QueueDeliveriesDependencies &
  Pick<ProjectHandlerDependencies, 'indexTasks'>;

/**
 * Makes the second reader of the journal's stream. A record only says that a journal has grown; what is in it is read from the journal
 * itself, from where it was projected to. So records may come twice, late, in any order or not at all: the next one of the namespace,
 * or a sweep that finds it behind, makes good for all before. The first record that could not be read, or whose namespace could not be
 * projected, is reported.
 */
export function createProjectHandler(dependencies: ProjectHandlerDependencies) {
  return async (event: StreamEvent, context: { readonly awsRequestId: string }): Promise<StreamResult> => {
    const { clock, telemetry, decodeEntry } = dependencies;
    const startedAt = clock.now();
    const { read, poisoned } = readRecords(event.Records, decodeEntry);
    const projecting = { ...dependencies, meter: telemetry };
    const entries = read.map(({ entry }) => entry);
    traceEntries(telemetry, entries);
    const failures: Failures = new Map();
    const targets = targetsOf(entries);
    const grounds = await groundsOf(projecting, targets.keys(), failures);
    await projectAll(projecting, grounds, { targets, failures });
    const unsettled = await settleAll(projecting, [...grounds.keys()]);
    const behind = read.filter(({ entry }) => failures.has(entry.namespaceId)).map(({ record }) => record);
    const first = firstFailure(event.Records, new Set([...poisoned.keys(), ...behind]));
    const error = [...poisoned.values(), ...failures.values(), unsettled].find((found) => found !== undefined);
    if (poisoned.size > 0) telemetry.count('recordsPoisoned', poisoned.size);
    telemetry.report({
      route: 'project',
      requestId: context.awsRequestId,
      status: first === undefined && error === undefined ? 200 : 207,
      durationMs: clock.now() - startedAt,
      ...lagOf(entries, clock.now()),
      ...(error === undefined ? {} : { code: 'internal', error }),
    });
    return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first }] };
  };
}

/**
 * Does what changes in these grounds have left to be done, such as what a folder took along into the trash, for a while. What fails or is
 * not done is for the next change, or the next run of the expiry: no record waits for it. Answers what failed first.
 */
async function settleAll(
  dependencies: SettleDependencies,
  groundIds: readonly NamespaceId[],
): Promise<ErrorDescription | undefined> {
  const until = epochMs(dependencies.clock.now() + SETTLE_RECORD_MS);
  const errors: ErrorDescription[] = [];
  await mapBounded(GROUNDS_IN_FLIGHT_MAX, groundIds, async (groundId) => {
    try {
      await settleRemainders(dependencies, groundId, until);
    } catch (error) {
      // Told in the line of this call.
      errors.push(describeError(error));
    }
  });
  return errors[0];
}

/** How far the entries say that each journal has come. */
function targetsOf(entries: readonly ProjectedEntry[]): ReadonlyMap<NamespaceId, JournalPosition> {
  const targets = new Map<NamespaceId, JournalPosition>();
  for (const { namespaceId, epoch, seq } of entries) {
    if (isBehind(targets.get(namespaceId), { epoch, seq })) targets.set(namespaceId, { epoch, seq });
  }
  return targets;
}

/** Namespaces that were not brought to their last entry, and why, if something failed. */
type Failures = Map<NamespaceId, ErrorDescription | undefined>;

/** The namespaces by their grounds: a home with what was shared of it. */
async function groundsOf(
  { namespaces }: Pick<ProjectNamespaceDependencies, 'namespaces'>,
  namespaceIds: Iterable<NamespaceId>,
  failures: Failures,
): Promise<ReadonlyMap<NamespaceId, readonly NamespaceId[]>> {
  const grounds = new Map<NamespaceId, NamespaceId[]>();
  await mapBounded(GROUNDS_IN_FLIGHT_MAX, [...namespaceIds], async (namespaceId) => {
    try {
      const groundId = await namespaces.getGround(namespaceId);
      grounds.set(groundId, [...(grounds.get(groundId) ?? []), namespaceId]);
    } catch (error) {
      failures.set(namespaceId, describeError(error));
    }
  });
  return grounds;
}

/**
 * Brings every journal to its target. One namespace does not hold up the others; those of one ground go one after the other, for
 * passes over a node that two of them name would begin each other again.
 */
async function projectAll(
  dependencies: ProjectAllDependencies,
  grounds: ReadonlyMap<NamespaceId, readonly NamespaceId[]>,
  { targets, failures }: { readonly targets: ReadonlyMap<NamespaceId, JournalPosition>; readonly failures: Failures },
): Promise<void> {
  await mapBounded(GROUNDS_IN_FLIGHT_MAX, [...grounds.values()], async (namespaceIds) => {
    for (const namespaceId of namespaceIds) {
      const target = targets.get(namespaceId);
      assert(target !== undefined, 'a ground was asked for because an entry named the namespace');
      try {
        await dependencies.indexTasks?.send([{ kind: 'journal', namespaceId }]);
        await queueDeliveries(dependencies, namespaceId);
        const outcome = await projectNamespace(dependencies, namespaceId, target);
        if (outcome === 'behind') failures.set(namespaceId, undefined);
      } catch (error) {
        // Told in the line of this call; the record comes again, and then its dead letter.
        failures.set(namespaceId, describeError(error));
      }
    }
  });
}
