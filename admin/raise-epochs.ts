import type { NamespaceId } from '@syncline/protocol';
import { headKey } from '../lambdas/namespaces/dynamodb-head-item.ts';
import { EPOCH_MAX } from '../lambdas/namespaces/limits.ts';
import type { NamespaceHead } from '../lambdas/namespaces/namespace-store.ts';
import { toAttributes } from '../lambdas/runtime/dynamodb-attributes.ts';
import { keyAttributes } from '../lambdas/runtime/dynamodb-batches.ts';
import { isAccepted } from '../lambdas/runtime/dynamodb-failure.ts';
import { mapBounded } from '../lambdas/runtime/map-bounded.ts';
import { AdminProblem } from './admin-problem.ts';
import type { Audit } from './audit.ts';
import { CHECKS_IN_FLIGHT_MAX, SCAN_PAGES_MAX } from './limits.ts';

export interface RaiseOptions {
  /** The highest epoch that any namespace is known to have had, though the tables may not know it any more. */
  readonly above: number;
  readonly isDry: boolean;
  readonly progress: (namespaces: number) => void;
}

/** The epoch that all namespaces have, or would have, and how many they are. */
export interface RaisedEpochs {
  readonly epoch: number;
  readonly highest: number;
  readonly namespaces: number;
}

/**
 * Gives every namespace one epoch, higher than any of them has or had, after the tables were set back: no cursor of before is taken for one of the journal
 * that goes on from there. Lets `project` begin each journal anew, and the sweep its pass, because what they have noted may be of a later moment too.
 *
 * Idempotent: repeated, it raises once more, which costs each device one more merge. A commit that meets it is tried again by the service.
 * Precondition: nothing was committed since the tables were set back. Cost: two scans of the table Accounts, and 2 writes for each namespace.
 *
 * @throws AdminProblem when there is no higher epoch.
 */
export async function raiseEpochs(audit: Audit, { above, isDry, progress }: RaiseOptions): Promise<RaisedEpochs> {
  let highest = above;
  let namespaces = 0;
  for await (const heads of headPages(audit)) {
    namespaces += heads.length;
    for (const head of heads) highest = Math.max(highest, head.epoch);
  }
  const epoch = highest + 1;
  if (epoch > EPOCH_MAX) {
    throw new AdminProblem({
      what: `There is no epoch above ${highest}: the highest one is ${EPOCH_MAX}.`,
      remedy: 'Look at the number after --above, and at the rows "head" of the table Accounts.',
    });
  }
  if (isDry) return { epoch, highest, namespaces };
  await restartSweep(audit);
  let raised = 0;
  for await (const heads of headPages(audit)) {
    await mapBounded(CHECKS_IN_FLIGHT_MAX, heads, ({ namespaceId }) => raise(audit, namespaceId, epoch));
    raised += heads.length;
    progress(raised);
  }
  return { epoch, highest, namespaces: raised };
}

async function* headPages({ namespaces }: Pick<Audit, 'namespaces'>): AsyncGenerator<readonly NamespaceHead[]> {
  let after: string | undefined;
  for (let page = 0; page < SCAN_PAGES_MAX; page++) {
    const { heads, next } = await namespaces.listNamespaces(after);
    yield heads;
    if (next === undefined) return;
    after = next;
  }
}

async function raise(
  { client, tableNames, references }: Audit,
  namespaceId: NamespaceId,
  epoch: number,
): Promise<void> {
  // What a journal was projected to counts no more: it begins anew, with its first entry.
  await references.setPosition(namespaceId, { epoch, seq: 0 });
  await isAccepted(() =>
    client.send('UpdateItem', {
      TableName: tableNames.accounts,
      Key: keyAttributes(headKey(namespaceId)),
      ConditionExpression: 'epoch < :epoch',
      UpdateExpression: 'SET epoch = :epoch',
      ExpressionAttributeValues: toAttributes({ ':epoch': epoch }),
    }),
  );
}

/** A pass that was under way may have looked at heads of the later moment. Its clock, and what it has found, stay. */
async function restartSweep({ index }: Audit): Promise<void> {
  await index.writeRebuild(undefined);
  const progress = await index.readProgress();
  if (progress === undefined) return;
  const { after: _after, ...rest } = progress;
  await index.writeProgress({ ...rest, phase: 'heads' });
}
