import { utf8Length } from '@syncline/protocol';
import type { AttributeValue, Item } from './dynamodb-api.ts';

/** Bytes of one write unit; a transaction's writes cost two units for each begun one. */
export const WRITE_UNIT_BYTES = 1024;
const LIST_OR_MAP_BYTES = 3;
const ELEMENT_BYTES = 1;

/**
 * Size of an item as it is billed: attribute names and values.
 * Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats".
 */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += utf8Length(name) + valueBytes(value);
  return bytes;
}

/** Write units of an item that is written within a transaction. */
export function transactionWriteUnits(item: Item): number {
  return 2 * Math.max(1, Math.ceil(itemBytes(item) / WRITE_UNIT_BYTES));
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return utf8Length(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return base64Bytes(value.B);
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.SS !== undefined) return sum(value.SS.map(utf8Length));
  if (value.NS !== undefined) return sum(value.NS.map(numberBytes));
  if (value.BS !== undefined) return sum(value.BS.map(base64Bytes));
  if (value.L !== undefined)
    return LIST_OR_MAP_BYTES + sum(value.L.map((element) => valueBytes(element) + ELEMENT_BYTES));
  const entries = Object.values(value.M ?? {});
  return LIST_OR_MAP_BYTES + itemBytes(value.M ?? {}) + entries.length * ELEMENT_BYTES;
}

/** One byte for every two digits counted from the decimal point, outer zeros left out, and one more; a sign costs another. */
function numberBytes(text: string): number {
  const [mantissa = '', exponent = '0'] = text.replace(/^-/, '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const significant = (whole + fraction).replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '').length;
  // Where the first significant digit stands, counted from the decimal point; a pair that begins with its second digit is whole.
  const point = Number(exponent) + significant.length - fraction.length;
  const isSplit = point % 2 !== 0;
  return digits === 0 ? 1 : Math.ceil((digits + (isSplit ? 1 : 0)) / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

function base64Bytes(text: string): number {
  return Buffer.byteLength(text, 'base64');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
