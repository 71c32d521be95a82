import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { itemBytes, WRITE_UNIT_BYTES } from '../lambdas/runtime/dynamodb-item-size.ts';

/** An item as it stands in JSON on the wire: binary values in base64. */
export type WireItem = Readonly<Record<string, AttributeValue>>;

const READ_UNIT_BYTES = 4096;

/**
 * Write units of a call: per item its size before or after, whichever is larger, in begun KB; twice that in a transaction.
 * An item that is not there counts as one unit.
 */
export function writeUnits(
  items: readonly (readonly [before: WireItem | undefined, after: WireItem | undefined])[],
  isTransaction: boolean,
): number {
  let units = 0;
  for (const [before, after] of items) {
    const bytes = Math.max(wireItemBytes(before), wireItemBytes(after));
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
      return unitsOf(wireItemBytes((call.output as { readonly Item?: WireItem }).Item), isConsistent);
    }
    case 'Query': {
      const { ConsistentRead: isConsistent = false } = call.input as { readonly ConsistentRead?: boolean };
      const { Items: items = [] } = call.output as { readonly Items?: readonly WireItem[] };
      return unitsOf(
        items.reduce((sum, item) => sum + wireItemBytes(item), 0),
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
  readonly Responses?: Record<string, readonly WireItem[]>;
}

/** Each item is rounded up on its own, and a key without an item costs as much as a small one. */
function batchReadUnits(input: BatchGetInput, output: BatchGetOutput): number {
  let units = 0;
  for (const [table, { Keys: keys, ConsistentRead: isConsistent = false }] of Object.entries(input.RequestItems)) {
    const items = output.Responses?.[table] ?? [];
    for (const item of items) units += unitsOf(wireItemBytes(item), isConsistent);
    units += (keys.length - items.length) * unitsOf(0, isConsistent);
  }
  return units;
}

function unitsOf(bytes: number, isConsistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (isConsistent ? 1 : 0.5);
}

function wireItemBytes(item: WireItem | undefined): number {
  return item === undefined ? 0 : itemBytes(fromWire(item));
}

function fromWire(item: WireItem): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueFromWire(value)]));
}

function valueFromWire(value: AttributeValue): AttributeValue {
  if (value.B !== undefined) return { B: fromBase64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(fromBase64) };
  if (value.M !== undefined) return { M: fromWire(value.M) };
  if (value.L !== undefined) return { L: value.L.map(valueFromWire) };
  return value;
}

/** The SDK's types say bytes, the wire says base64. */
function fromBase64(bytes: unknown): Uint8Array {
  return Buffer.from(String(bytes), 'base64');
}
