import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { convertToNative, marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** Stands for lambdas/runtime/dynamodb-attributes.ts in a twin bundle: AWS's own conversion. */
export function toAttributes(values: Readonly<Record<string, unknown>>) {
  return marshall(values, { removeUndefinedValues: true });
}

export function fromAttributes(item: Parameters<typeof unmarshall>[0]): unknown {
  return unmarshall(item);
}

export function valueOf(attribute: AttributeValue | undefined): unknown {
  return attribute === undefined ? undefined : convertToNative(attribute);
}

export { expiryAttribute, expiryOf, hashAttribute, hashOf } from '../../../lambdas/runtime/dynamodb-attributes.ts';
export { valueOf as integerOf, valueOf as textOf };
