import type { PlantedBug } from './planted-bug.ts';

const REFERENCES = 'lambdas/references/references.test.ts';
const NAMESPACE = 'lambdas/references/project-namespace.test.ts';
const RACE =
  'commits, purges and passes at the same time, some of them failing: in the end exactly what is retained is referenced, and before that nothing less';

/** Errors in the keeping of references. */
export const REFERENCE_BUGS: readonly PlantedBug[] = [
  {
    id: 'half-added-counts-as-referenced',
    what: 'A content of which only some chunks have references is taken for referenced.',
    invariant: 'I-3',
    file: 'lambdas/references/project-node.ts',
    find: "known.filter(({ state }) => state === 'referenced').map(contentKeyText)",
    replace: 'known.map(contentKeyText)',
    caughtBy: { file: REFERENCES, test: RACE },
  },
  {
    id: 'known-contents-are-not-read',
    what: 'A pass takes a file for one that nobody has looked at, and does not know what of it was being dropped.',
    invariant: 'I-3',
    file: 'lambdas/references/project-node.ts',
    find: 'pass.pass === FIRST_PASS ? []',
    replace: 'pass.pass <= FIRST_PASS + 1 ? []',
    caughtBy: {
      file: REFERENCES,
      test: 'a pass that dies while it drops has marked all that goes: content 1 gets its references again when it comes back',
    },
  },
  {
    id: 'shared-chunk-is-dropped',
    what: 'The expiry of a revision drops the references of chunks that another revision has too.',
    invariant: 'I-3',
    file: 'lambdas/references/project-node.ts',
    find: 'for (const hash of needed) left.delete(hash);',
    replace: '',
    caughtBy: { file: REFERENCES, test: RACE },
  },
  {
    id: 'overtaken-pass-drops',
    what: 'A pass drops what another one, which began later, has just found referenced.',
    invariant: 'I-3',
    file: 'lambdas/references/memory-reference-store.ts',
    find: ' || !this.#isLast(pass)) return false;',
    replace: ') return false;',
    caughtBy: {
      file: REFERENCES,
      test: 'a pass that stands still at any call beside a restore, while its content is dropped leaves what is retained',
    },
  },
  {
    id: 'overtaken-pass-ends-addition',
    what: 'A pass makes a content referenced while one that began later, and has not seen it, drops a chunk of it.',
    invariant: 'I-3',
    file: 'lambdas/references/memory-reference-store.ts',
    find: 'if (!this.#isLast(pass)) return false;',
    replace: '',
    caughtBy: {
      file: REFERENCES,
      test: 'a pass that was overtaken makes nothing referenced while the later one drops a chunk of it',
    },
  },
  {
    id: 'contents-are-marked-one-by-one',
    what: 'A pass dies after it has dropped a chunk that another content had too, and that one is still taken for referenced.',
    invariant: 'I-3',
    file: 'lambdas/references/project-node.ts',
    find: 'for (const content of dropped.values()) if (',
    replace: 'for (const content of [...dropped.values()].slice(0, 1)) if (',
    caughtBy: {
      file: REFERENCES,
      test: 'a pass that dies while it drops has marked all that goes: content 0 gets its references again when it comes back',
    },
  },
  {
    id: 'condemned-chunk-stays-condemned',
    what: 'A content is committed with a condemned chunk, and the chunk goes nevertheless.',
    invariant: 'I-3',
    file: 'lambdas/references/project-node.ts',
    find: 'const stored = await chunks.pin({ ...chunksOf, until: epochMs(0) });',
    replace: 'const stored = { size: 1 } as ReadonlySet<ChunkHash>;',
    caughtBy: {
      file: REFERENCES,
      test: 'a condemned chunk that a content needs lives again, and one that is not stored is counted',
    },
  },
  {
    id: 'references-of-two-namespaces',
    what: 'A file that was shared has references twice, and those from before the sharing are never dropped.',
    invariant: 'I-3',
    file: 'lambdas/references/project-node.ts',
    find: 'await dependencies.namespaces.getGround(node.namespaceId)',
    replace: 'node.namespaceId',
    caughtBy: {
      file: 'test/scenarios/shared-references.test.ts',
      test: 'a file whose journal at home is projected before it was shared has the references of all that it retains, and none of what it does not',
    },
  },
  {
    id: 'namespaces-of-a-ground-at-once',
    what: 'A home and a folder that was shared of it are projected together, and their passes over a file begin each other again until the batch fails.',
    invariant: 'I-20',
    file: 'lambdas/references/create-project-handler.ts',
    find: 'const groundId = await namespaces.getGround(namespaceId);',
    replace: 'const groundId = namespaceId;',
    caughtBy: {
      file: 'test/scenarios/shared-references.test.ts',
      test: 'a file that entries of its home and of the folder that was shared of it name, in one batch of records, is projected by both',
    },
  },
  {
    id: 'dropped-is-not-looked-at',
    what: 'What the expiry and purges let go keeps its references, and its chunks stay for ever.',
    invariant: 'I-23',
    file: 'lambdas/remainders/settle-remainders.ts',
    find: 'await projectNode(dependencies, remainder);',
    replace: 'await Promise.resolve(remainder);',
    caughtBy: {
      file: 'test/scenarios/swept-histories.property.test.ts',
      test: 'I-3: files that come, change, are deleted, restored, purged, shared and expire, beside the sweep: what is retained is there, and at the end nothing else',
    },
  },
  {
    id: 'position-runs-ahead',
    what: 'A position passes entries that are not to be seen, and what they name is never projected.',
    invariant: 'I-20',
    file: 'lambdas/references/project-namespace.ts',
    find: 'if (last === undefined || entries[0]?.seq !== from + 1) return undefined;',
    replace: 'if (last === undefined) return from + 1;',
    caughtBy: {
      file: NAMESPACE,
      test: 'a position never passes an entry that was not projected: where the journal tells nothing but what comes later, the record is reported',
    },
  },
];
