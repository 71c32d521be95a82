import type { PlantedBug } from './planted-bug.ts';

const FSCK = 'test/admin/fsck.test.ts';
const REPAIR = 'test/admin/repair.test.ts';
const EXPORT = 'test/admin/export.test.ts';
const HEALTHY = 'test/admin/healthy-histories.property.test.ts';
const EPOCHS = 'test/admin/raise-epochs.test.ts';
const SCRUB = 'lambdas/scrub/scrub.test.ts';
const SET_BACK = 'test/admin/set-back.test.ts';
const SET_BACK_ROWS = 'every table has exactly the rows of the earlier moment, and only what differs was written';

/** Errors in what looks at a deployment, mends it and hands it out. */
export const ADMIN_BUGS: readonly PlantedBug[] = [
  {
    id: 'told-at-first-sight',
    what: 'A finding is told without a second look: every write under way is taken for damage.',
    invariant: 'I-1',
    file: 'admin/confirm.ts',
    find: 'for (const delayMs of RECHECK_DELAYS_MS) {',
    replace: 'for (const delayMs of RECHECK_DELAYS_MS.slice(0, 0)) {',
    caughtBy: { file: HEALTHY, test: 'what is looked at while people go on is not taken for wrong' },
  },
  {
    id: 'any-reference-will-do',
    what: 'A file is taken for referenced without a reference of its own.',
    invariant: 'I-3',
    file: 'admin/check-contents.ts',
    find: 'const missing = hashes.filter((hash) => !found.has(itemKeyText(keyOf(hash))));',
    replace:
      'const missing = hashes.filter((hash) => found.size > hashes.length && !found.has(itemKeyText(keyOf(hash))));',
    caughtBy: { file: FSCK, test: 'a reference is gone: that is found, and nothing else' },
  },
  {
    id: 'record-restored-unread',
    what: 'The record of a chunk is restored from an object whose bytes nobody has read.',
    invariant: 'I-1',
    file: 'admin/find-record.ts',
    find: "const defect = await inspectChunk(audit, { ...chunk, domain }, 'bytes');",
    replace: "const defect = await inspectChunk(audit, { ...chunk, domain }, 'head');",
    caughtBy: {
      file: REPAIR,
      test: 'a record is not restored from bytes that are not those of the chunk, nor from none',
    },
  },
  {
    id: 'mended-whatever-stands-there',
    what: 'A repair writes over a row that has changed since it was seen.',
    invariant: 'I-7',
    file: 'admin/change-row.ts',
    find: 'const write = { TableName: tableNames[table], ...condition };',
    replace:
      'const write = { TableName: tableNames[table], ...(condition.ConditionExpression === "" ? condition : {}) };',
    caughtBy: { file: REPAIR, test: 'a row that has changed since it was seen is left alone' },
  },
  {
    id: 'exported-unverified',
    what: 'An export writes the bytes of a chunk without looking whether they are its.',
    invariant: 'I-1',
    file: 'admin/export-file.ts',
    find: "if (bytes === undefined || digest('sha256', bytes) !== hash)",
    replace: 'if (bytes === undefined)',
    caughtBy: {
      file: EXPORT,
      test: 'a file whose bytes are damaged or gone is told, and nothing appears under its name',
    },
  },
  {
    id: 'exported-into-anything',
    what: 'An export writes into a folder in which somebody has files.',
    invariant: 'I-14',
    file: 'admin/export-folder.ts',
    find: 'if (begun === undefined && (await readdir(root)).length > 0) {',
    replace: 'if (begun === undefined && (await readdir(root)).length > 1000) {',
    caughtBy: {
      file: EXPORT,
      test: 'a folder that is not empty is refused, and so is one in which another export was begun',
    },
  },
  {
    id: 'scrub-never-reads',
    what: 'The scrub believes what the store says of every object, in every pass.',
    invariant: 'I-1',
    file: 'lambdas/scrub/run-scrub.ts',
    find: "isSampled(subject, pass) ? 'bytes' : 'head'",
    replace: "isSampled(subject, pass) && pass < 0 ? 'bytes' : 'head'",
    caughtBy: {
      file: SCRUB,
      test: 'a flipped byte is found within so many passes as read everything, and fsck tells it without reading everything itself',
    },
  },
  {
    id: 'epochs-come-again',
    what: 'After the second time that tables are set back, namespaces get the epoch that they had after the first.',
    invariant: 'I-24',
    file: 'admin/raise-epochs.ts',
    find: 'let highest = above;',
    replace: 'let highest = Math.min(above, 0);',
    caughtBy: { file: EPOCHS, test: 'all namespaces get one epoch, above those they have and the one that is named' },
  },
  {
    id: 'epochs-stay',
    what: 'Epochs stay as they are, and a device that is ahead goes on in a journal that it has not read.',
    invariant: 'I-24',
    file: 'admin/raise-epochs.ts',
    find: "ConditionExpression: 'epoch < :epoch',",
    replace: "ConditionExpression: 'epoch > :epoch',",
    caughtBy: {
      file: EPOCHS,
      test: 'I-24: a cursor of what the tables do not have any more is reset, though the journal has passed it again',
    },
  },
  {
    id: 'positions-stay-ahead',
    what: 'Journals count as projected as far as they were before their tables were set back.',
    invariant: 'I-3',
    file: 'admin/raise-epochs.ts',
    find: 'await references.setPosition(namespaceId, { epoch, seq: 0 });',
    replace: '',
    caughtBy: {
      file: EPOCHS,
      test: 'positions that lie ahead of the journals are begun anew, and so is a pass of the sweep, but not its clock',
    },
  },
  {
    id: 'sweep-goes-on-after-a-set-back',
    what: 'A pass of the sweep that was under way goes on, with heads that it has looked at in another time.',
    invariant: 'I-1',
    file: 'admin/raise-epochs.ts',
    find: "await index.writeProgress({ ...rest, phase: 'heads' });",
    replace: 'await index.writeProgress(rest);',
    caughtBy: {
      file: EPOCHS,
      test: 'positions that lie ahead of the journals are begun anew, and so is a pass of the sweep, but not its clock',
    },
  },
  {
    id: 'rows-of-later-stay',
    what: 'Rows that were made after the point to which tables are set back stay.',
    invariant: 'I-24',
    file: 'admin/set-back.ts',
    find: 'page.filter((row) => !kept.has(keyText(row)))',
    replace: 'page.filter((row) => !kept.has(keyText(row)) && kept.size > PAGE_ROWS_MAX)',
    caughtBy: { file: SET_BACK, test: SET_BACK_ROWS },
  },
  {
    id: 'changed-rows-stay',
    what: 'Of rows that were there at both times the later one stays.',
    invariant: 'I-24',
    file: 'admin/set-back.ts',
    find: 'return other !== undefined && inOrder(row) === inOrder(other);',
    replace: 'return other !== undefined && keyText(row) === keyText(other);',
    caughtBy: { file: SET_BACK, test: SET_BACK_ROWS },
  },
  {
    id: 'unrestored-takes-all-away',
    what: 'A restored table that has no rows yet takes away what the present one has.',
    invariant: 'I-24',
    file: 'admin/set-back.ts',
    find: "(present !== true || table === 'sessions')",
    replace: "(present !== true || table !== 'accounts')",
    caughtBy: { file: SET_BACK, test: 'tables that were not restored, or not yet, take nothing away' },
  },
];
