import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, Item } from '../../lambdas/runtime/dynamodb-api.ts';

/** An item of the SDK as it stands in JSON on the wire: the SDK's types say bytes, the wire says base64. */
export function onWire(item: Readonly<Record<string, SdkValue>>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueOnWire(value)]));
}

function valueOnWire(value: SdkValue): AttributeValue {
  if (value.B !== undefined) return { B: Buffer.from(value.B).toString('base64') };
  if (value.BS !== undefined) return { BS: value.BS.map((bytes) => Buffer.from(bytes).toString('base64')) };
  if (value.M !== undefined) return { M: onWire(value.M) };
  if (value.L !== undefined) return { L: value.L.map(valueOnWire) };
  return value as AttributeValue;
}
