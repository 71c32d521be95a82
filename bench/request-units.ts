import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { itemBytes, WRITE_UNIT_BYTES } from '../lambdas/runtime/dynamodb-item-size.ts';

const READ_UNIT_BYTES = 4096;

/**
 * Write units of a call: per item its size before or after, whichever is larger, in begun KB; twice that in a transaction.
 * An item that is not there counts as one unit.
 */
export function writeUnits(
  items: readonly (readonly [before: Item | undefined, after: Item | undefined])[],
  isTransaction: boolean,
): number {
  let units = 0;
  for (const [before, after] of items) {
    const bytes = Math.max(bytesOf(before), bytesOf(after));
    units += Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES)) * (isTransaction ? 2 : 1);
  }
  return units;
}

/** Read units of a call from what it answered: begun 4 KB, half when eventually consistent. A Query sums its items first. */
export function readUnits(call: {
  readonly action: string;
  readonly input: unknown;
  readonly output: unknown;
}): number {
  switch (call.action) {
    case 'GetItem': {
      const { ConsistentRead: isConsistent = false } = call.input as { readonly ConsistentRead?: boolean };
      return unitsOf(bytesOf((call.output as { readonly Item?: Item }).Item), isConsistent);
    }
    case 'Query': {
      const { ConsistentRead: isConsistent = false } = call.input as { readonly ConsistentRead?: boolean };
      const { Items: items = [] } = call.output as { readonly Items?: readonly Item[] };
      return unitsOf(
        items.reduce((sum, item) => sum + bytesOf(item), 0),
        isConsistent,
      );
    }
    case 'BatchGetItem':
      return batchReadUnits(call.input as BatchGetInput, call.output as BatchGetOutput);
    default:
      return 0;
  }
}

interface BatchGetInput {
  readonly RequestItems: Record<string, { readonly Keys: readonly unknown[]; readonly ConsistentRead?: boolean }>;
}
interface BatchGetOutput {
  readonly Responses?: Record<string, readonly Item[]>;
}

/** Each item is rounded up on its own, and a key without an item costs as much as a small one. */
function batchReadUnits(input: BatchGetInput, output: BatchGetOutput): number {
  let units = 0;
  for (const [table, { Keys: keys, ConsistentRead: isConsistent = false }] of Object.entries(input.RequestItems)) {
    const items = output.Responses?.[table] ?? [];
    for (const item of items) units += unitsOf(bytesOf(item), isConsistent);
    units += (keys.length - items.length) * unitsOf(0, isConsistent);
  }
  return units;
}

function unitsOf(bytes: number, isConsistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (isConsistent ? 1 : 0.5);
}

function bytesOf(item: Item | undefined): number {
  return item === undefined ? 0 : itemBytes(item);
}
