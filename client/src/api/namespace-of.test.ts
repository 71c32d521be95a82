import { expect, test } from '@jest/globals';
import { namespaceOf } from './namespace-of.ts';

test.each([
  [{}, undefined],
  [{ query: { namespaceId: 'a' } }, 'a'],
  [{ query: { namespaceId: undefined }, parameters: { namespaceId: 'a' } }, 'a'],
  [{ parameters: { nodeId: 'n' }, body: { namespaceId: 'a', label: 'l' } }, 'a'],
  [{ body: { operations: [{ namespaceId: 'a' }, { namespaceId: 'a' }] } }, 'a'],
  [{ body: { files: [{ namespaceId: 'a' }] } }, 'a'],
  // Two cells cannot do one request.
  [{ body: { operations: [{ namespaceId: 'a' }, { namespaceId: 'b' }] } }, undefined],
  [{ body: { files: [{ namespaceId: 'a' }, { size: 1 }] } }, undefined],
  [{ body: { operations: [] } }, undefined],
  [{ body: 'text' }, undefined],
])('%j is about %s', (input, namespaceId) => {
  expect(namespaceOf(input)).toBe(namespaceId);
});
