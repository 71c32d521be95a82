import { expect, test } from '@jest/globals';
import { NamespaceId, NodeId } from '@syncline/protocol';
import { type Remainder, remainderKey } from './remainder.ts';

const namespaceId = NamespaceId.parse('0'.repeat(26));
const [first, last] = [NodeId.parse('0'.repeat(26)), NodeId.parse(`7${'Z'.repeat(25)}`)];

test('bytes are taken off before rows go that tell of them, and those before references, whatever the ids', () => {
  const ordered: readonly Remainder[] = [
    { kind: 'bytes', namespaceId, rootId: last, nodeId: last, since: 1 },
    { kind: 'doomed', namespaceId, rootId: first, nodeId: first },
    { kind: 'doomed', namespaceId, rootId: first, nodeId: last },
    { kind: 'dropped', namespaceId, nodeId: first },
  ];
  const keys = ordered.map(remainderKey);
  expect(keys).toEqual([...new Set(keys)].toSorted((one, other) => (one < other ? -1 : 1)));
});
