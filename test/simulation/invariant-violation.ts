/** The invariants that the simulation checks, by their numbers in the failure messages. */
export const INVARIANTS = {
  'I-1': 'every chunk of every committed revision exists and hashes to its name',
  'I-2': 'bytes under a name never change',
  'I-3': 'the sweep deletes nothing that a revision, a pin or an open session can reach',
  'I-4': 'the journal is 1 … head, each once',
  'I-5': 'folding the journal gives the node table',
  'I-6': 'every revision has at most one successor',
  'I-7': 'no acknowledged content and no content on a disk is lost',
  'I-8': 'the same operation has the same result, and at most one entry',
  'I-9': 'the tree is a tree',
  'I-10': 'a delta includes all that was answered before it began',
  'I-11': 'a delta answers exactly what lies between its cursors',
  'I-12': 'once faults and edits stop, all devices equal the service',
  'I-13': 'no partial file stands under its final name',
  'I-14': 'a local file is replaced or removed only if its content is kept elsewhere',
  'I-15': 'a delete is emitted only for what is gone',
  'I-16': 'a mass change pauses and asks',
  'I-17': 'what was deleted can be restored',
  'I-18': 'nothing of another account is shown',
  'I-19': 'addresses are those of revisions that their reader may read',
  'I-20': 'pushes are right under duplicates, delays and poisoned records',
  'I-21': 'the search index equals the visible nodes, and no document crosses a namespace',
  'I-22': 'safety never depends on clocks',
  'I-23': 'usage equals the sum of what is stored, and what nothing reaches goes after its grace',
  'I-24': 'after tables were set back nothing is lost, and nothing rolls back silently',
  engine: 'the engine ends in an outcome, never in a defect',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** Something happened that must never happen. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
  readonly invariant: Invariant;

  constructor(invariant: Invariant, detail: string) {
    super(`${invariant} (${INVARIANTS[invariant]}): ${detail}`);
    this.invariant = invariant;
  }
}
