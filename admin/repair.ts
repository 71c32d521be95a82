import type { NamespaceId } from '@syncline/protocol';
import { projectNamespace } from '../lambdas/references/project-namespace.ts';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { addReferences } from './add-references.ts';
import type { Audit } from './audit.ts';
import { changeRow } from './change-row.ts';
import { findRecords, type LostRecord, nameOf } from './find-record.ts';
import type { Finding, Mend, RowChange } from './finding.ts';
import { fsck } from './fsck.ts';
import { REPAIR_ROUNDS_MAX, REPAIRS_MAX } from './limits.ts';

export interface RepairOptions {
  readonly namespaceId?: NamespaceId | undefined;
  /** Only tells what would be done. */
  readonly isDry: boolean;
  /** Is told each repair, and what came of it. */
  readonly tell: (repair: Repair) => void;
  /** Keeps what is going to be done, durably, before it is done: with `change` it can be undone. */
  readonly keep: (repair: Omit<Repair, 'outcome'>) => Promise<void>;
}

export interface Repair {
  readonly finding: Finding;
  readonly change?: RowChange;
  readonly outcome: RepairOutcome;
}

/** `would`: a dry run. `overtaken`: what was seen has changed meanwhile; look again. `impossible`: what would be needed is not there. */
export type RepairOutcome = 'would' | 'done' | 'overtaken' | 'impossible';

/**
 * Mends what can be mended without losing a byte: rows that point are written again or taken away, counts are counted, references added,
 * records of chunks restored from their objects. Each change is made only if what was seen is still so. One repair may show another, so it
 * looks again until there is nothing left to mend, REPAIR_ROUNDS_MAX times. Idempotent, and may run while others write.
 */
export async function repair(audit: Audit, options: RepairOptions): Promise<Readonly<Record<RepairOutcome, number>>> {
  const counts = { would: 0, done: 0, overtaken: 0, impossible: 0 };
  for (let round = 0; round < REPAIR_ROUNDS_MAX; round++) {
    const mendable = await findMendable(audit, options.namespaceId);
    const lost = mendable.map(({ mend }) => mend).filter((mend) => mend.kind === 'restore-record');
    const records = await findRecords(audit, lost.filter(isLostRecord));
    let done = 0;
    for (const found of mendable) {
      const outcome = await mendOne(audit, options, { ...found, records });
      counts[outcome] += 1;
      if (outcome === 'done') done += 1;
    }
    if (done === 0) break;
  }
  return counts;
}

interface Mendable {
  readonly finding: Finding;
  readonly mend: Mend;
}

function isLostRecord(mend: Mend): mend is LostRecord {
  return mend.kind === 'restore-record';
}

async function findMendable(audit: Audit, namespaceId: NamespaceId | undefined): Promise<readonly Mendable[]> {
  const mendable = new Map<string, Mendable>();
  await fsck(audit, {
    namespaceId,
    isDeep: false,
    tell: (finding) => {
      const { mend } = finding;
      // Many findings can have one remedy: a file lacks a reference for each of its chunks.
      if (mend !== undefined && mendable.size < REPAIRS_MAX) mendable.set(JSON.stringify(mend), { finding, mend });
    },
  });
  return [...mendable.values()];
}

async function mendOne(
  audit: Audit,
  { isDry, tell, keep }: RepairOptions,
  { finding, mend, records }: Mendable & { readonly records: ReadonlyMap<string, Item> },
): Promise<RepairOutcome> {
  const change = changeOf(mend, records);
  const planned = { finding, ...(change === undefined ? {} : { change }) };
  const outcome = await (async (): Promise<RepairOutcome> => {
    if (mend.kind === 'restore-record' && change === undefined) return 'impossible';
    if (isDry) return 'would';
    await keep(planned);
    return (await apply(audit, mend, change)) ? 'done' : 'overtaken';
  })();
  tell({ ...planned, outcome });
  return outcome;
}

function changeOf(mend: Mend, records: ReadonlyMap<string, Item>): RowChange | undefined {
  if (mend.kind === 'row') return mend.change;
  const after = mend.kind === 'restore-record' ? records.get(nameOf(mend)) : undefined;
  return after === undefined ? undefined : { table: 'chunks', after };
}

async function apply(audit: Audit, mend: Mend, change: RowChange | undefined): Promise<boolean> {
  switch (mend.kind) {
    case 'row':
    case 'restore-record':
      return change !== undefined && changeRow(audit, change);
    case 'add-references':
      return addReferences(audit, mend.namespaceId, mend.nodeId);
    case 'project': {
      const head = await audit.index.getHead(mend.namespaceId);
      if (head === undefined) return false;
      const ports = { ...audit, meter: { count: () => undefined } };
      return (await projectNamespace(ports, mend.namespaceId, head)) === 'done';
    }
  }
}
