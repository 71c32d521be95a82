import { assert, type EpochMs, epochMs, type NamespaceId } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import { type ProjectNodeDependencies, projectNode } from '../references/project-node.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { retryDelayMs } from '../runtime/retry-delay.ts';
import { freeBytes, type Step } from './free-bytes.ts';
import { REMAINDERS_AT_ONCE, SETTLE_STEPS_MAX, SETTLE_TRIES_MAX } from './limits.ts';
import type { OpenRemainder } from './remainder.ts';
import type { RemainderStore } from './remainder-store.ts';
import { removeDoomed } from './remove-doomed.ts';

export interface SettleDependencies extends ProjectNodeDependencies {
  readonly namespaces: NamespaceStore;
  readonly remainders: RemainderStore;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Does what transactions have left to be done in a ground: takes what lies in folders in the trash off the bytes that count as present, removes what is
 * gone for good, and lets go of the references of contents that went. The bytes come first, then what is removed, then references.
 *
 * Each step is one transaction, with the condition that everything it counts is as it was read, so nothing is taken off twice, and nothing of what was
 * brought back meanwhile. A call that dies anywhere is gone on with by the next one; two may run at once.
 * False when the time was over first, or others did not come to an end. Cost: a query when nothing is left.
 *
 * @throws UnavailableError when a store did not answer.
 */
export async function settleRemainders(
  dependencies: SettleDependencies,
  groundId: NamespaceId,
  until: EpochMs,
): Promise<boolean> {
  const { remainders, clock, random } = dependencies;
  let failures = 0;
  for (let steps = 0; steps < SETTLE_STEPS_MAX && clock.now() < until; steps++) {
    const left = await remainders.list(groundId, REMAINDERS_AT_ONCE);
    const [first] = left;
    if (first === undefined) return true;
    // Nothing is removed while some of the bytes below are seen to count as present.
    for (const remainder of left.filter(({ kind }) => kind === first.kind)) {
      if (clock.now() >= until) return false;
      if (await settle(dependencies, groundId, remainder)) {
        failures = 0;
        continue;
      }
      failures += 1;
      if (failures === SETTLE_TRIES_MAX) return false;
      await clock.sleep(retryDelayMs(random, failures));
      break;
    }
  }
  return false;
}

/** One step at one remainder. False when somebody else came first, or is not done with what comes before it: what is left is another by now. */
async function settle(
  dependencies: SettleDependencies,
  groundId: NamespaceId,
  remainder: OpenRemainder,
): Promise<boolean> {
  switch (remainder.kind) {
    case 'bytes':
      return commitStep(dependencies, groundId, () => freeBytes(dependencies, groundId, remainder));
    case 'doomed':
      return commitStep(dependencies, groundId, () => removeDoomed(dependencies, groundId, remainder));
    case 'dropped':
      await projectNode(dependencies, remainder);
      await dependencies.remainders.end(groundId, remainder);
      return true;
  }
}

async function commitStep(
  { namespaces }: SettleDependencies,
  groundId: NamespaceId,
  decide: () => Promise<Step | undefined>,
): Promise<boolean> {
  const head = await namespaces.readHead(groundId);
  assert(head !== undefined, 'what is left lies in a ground');
  // After the head, on the condition of which it is committed.
  const step = await decide();
  if (step === undefined) return false;
  const outcome = await namespaces.commit({
    namespaceId: groundId,
    expectedSeq: head.seq,
    epoch: head.epoch,
    entries: [],
    bytesLogicalDelta: 0,
    bytesRetainedDelta: 0,
    nodes: [],
    revisions: [],
    places: [],
    trash: [],
    doomed: [],
    dropped: [],
    results: [],
    resultsExpireAt: epochMs(0),
    ...step,
  });
  return outcome.kind === 'committed';
}
