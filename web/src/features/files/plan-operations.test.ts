import { describe, expect, test } from '@jest/globals';
import { NamespaceId, NodeName, type OperationResult, rootNodeId } from '@syncline/protocol';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { freeName, insideOf, planDelete, planMove, sortResults, withoutTarget } from './plan-operations.ts';
import { makeNode } from './test/make-node.ts';

const shared = NamespaceId.parse('3'.repeat(26));
const mount = makeNode({ name: 'Team', kind: 'mount', mountedNamespaceId: shared });

test('a copy takes the first number that is free', () => {
  expect(freeName('a.txt', new Set())).toBe('a.txt');
  expect(freeName('a.txt', new Set(['a.txt', 'a (2).txt']))).toBe('a (3).txt');
});

test('a free name is a name, and free, whatever is taken', () => {
  const name = fc.string({ minLength: 1 }).filter((text) => z.safeParse(NodeName, text).success);
  fc.assert(
    fc.property(name, fc.array(fc.nat(5)), (wanted, numbers) => {
      const taken = new Set([wanted]);
      for (const _ of numbers) taken.add(freeName(wanted, taken));
      const free = freeName(wanted, taken);
      expect(taken.has(free)).toBe(false);
      expect(z.safeParse(NodeName, free).success).toBe(true);
    }),
  );
});

describe('a change of an entry', () => {
  test('says which revision was seen, and a delete of a folder which entry of the journal', () => {
    const folder = makeNode({ kind: 'folder', rev: 7 });
    expect(planMove(folder, folder.parentId, 'new')).toMatchObject({ type: 'move', baseRev: 7, name: 'new' });
    expect(planDelete(folder, 41)).toMatchObject({ baseRev: 7, baseSeq: 41 });
    expect(planDelete(makeNode({ rev: 3 }), 41)).not.toHaveProperty('baseSeq');
  });

  test('leads through a mount into the tree that stands there', () => {
    expect(insideOf(mount)).toEqual({ namespaceId: shared, folderId: rootNodeId(shared) });
  });

  test('puts no folder into itself, also not a mount', () => {
    const folder = makeNode({ kind: 'folder' });
    const file = makeNode({});
    expect(withoutTarget([folder, file, mount], insideOf(folder))).toEqual([file, mount]);
    expect(withoutTarget([folder, file, mount], insideOf(mount))).toEqual([folder, file]);
  });
});

test('what was done is shown, and what was not is told by its name', () => {
  const node = makeNode({ name: 'done' });
  const results = [
    { opId: '0-0', status: 'committed', node, seq: 1 },
    { opId: '0-1', status: 'conflict', conflict: { kind: 'name_taken', serverNodeId: node.nodeId, serverRev: 1 } },
  ] as unknown as readonly OperationResult[];
  const sorted = sortResults(['done', 'taken'], results);
  expect(sorted.nodes).toEqual([node]);
  expect(sorted.failures.map(({ name }) => name)).toEqual(['taken']);
});
