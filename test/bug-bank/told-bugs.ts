import type { PlantedBug } from './planted-bug.ts';

const TOLD = 'test/scenarios/told-contents.test.ts';
const SENDING = 'test/scenarios/files-without-sessions.test.ts';
const PACKS = 'lambdas/packs/packs.test.ts';

/** Errors in small files that have no upload session: in what their commits tell, and in how they come into packs. */
export const TOLD_BUGS: readonly PlantedBug[] = [
  {
    id: 'told-chunks-are-not-looked-for',
    what: 'A content that a commit tells is taken for stored.',
    invariant: 'I-1',
    file: 'lambdas/journal/find-contents.ts',
    find: '  if (told !== undefined) return told;',
    replace: "  if (told !== undefined) return told.kind === 'found' ? { ...told, chunks: [] } : told;",
    caughtBy: {
      file: TOLD,
      test: 'a content of which a chunk is not stored is refused with the chunk, and nothing is written',
    },
  },
  {
    id: 'told-chunks-of-anybody',
    what: 'Who tells the name of a chunk that somebody else has stored gets its bytes.',
    invariant: 'I-18',
    file: 'lambdas/journal/find-contents.ts',
    find: 'return isHeld && record?.size === size ? [record] : [];',
    replace: 'return record?.size === size ? [record] : [];',
    caughtBy: {
      file: TOLD,
      test: 'the name of a chunk that somebody else has stored gets nobody its bytes, before and after it is a file',
    },
  },
  {
    id: 'told-name-is-believed',
    what: 'The name of a content that a commit tells is not compared with its chunks.',
    invariant: 'I-1',
    file: 'lambdas/journal/told-content.ts',
    find: "if (createHash('sha256').update(manifest).digest('hex') !== contentHash) {",
    replace: 'if (contentHash.length === 0) {',
    caughtBy: {
      file: TOLD,
      test: 'sums and names that do not hold together are refused by themselves: what stands beside them is written',
    },
  },
  {
    id: 'packs-for-anybody',
    what: 'A pack for files of a namespace is opened for whoever may not write there.',
    invariant: 'I-18',
    file: 'lambdas/packs/open-pack.ts',
    find: '  if (unwelcome !== undefined) return unwelcome;\n',
    replace: '',
    caughtBy: { file: PACKS, test: 'is refused to whoever may only read there' },
  },
  {
    id: 'destinations-are-not-told',
    what: 'A pack does not say for which namespaces its files are meant, and is sent where there is no room for them.',
    invariant: 'I-23',
    file: 'client/src/transfers/send-pack.ts',
    find: '{ ...built.pack, ...destinationsOf(built.chunks) }',
    replace: '{ ...built.pack }',
    caughtBy: {
      file: SENDING,
      test: 'where the quota has room for some of the files, those are stored, and the others are refused before they are sent',
    },
  },
  {
    id: 'packs-mix-namespaces',
    what: 'Files for a namespace that may not be written to keep the others from their pack.',
    invariant: 'I-12',
    file: 'client/src/transfers/pack-builder.ts',
    find: 'const its = destination?.namespaceId;',
    replace: 'const its = destination === undefined ? undefined : namespaceId;',
    caughtBy: {
      file: SENDING,
      test: 'files for a namespace that may not be written to are refused, and those beside them go in their packs all the same',
    },
  },
  {
    id: 'unused-bandwidth-is-kept',
    what: 'What was to be sent and is stored already uses up a limited line.',
    invariant: 'I-12',
    file: 'client/src/transfers/send-pack.ts',
    find: '  dependencies.bandwidth?.upload.giveBack(paid.bytes);\n',
    replace: '',
    caughtBy: {
      file: SENDING,
      test: 'of a limited line only what was sent is used up, also when the service has the files already',
    },
  },
  {
    id: 'told-although-not-packed',
    what: 'A content is told whose chunk no pack has brought.',
    invariant: 'I-1',
    file: 'client/src/transfers/pack-contents.ts',
    find: "    if (delivery !== 'stored') return false;\n",
    replace: '',
    caughtBy: {
      file: SENDING,
      test: 'of bytes that somebody else has stored each account proves that it has them, and sends the others in its pack',
    },
  },
  {
    id: 'files-of-all-calls-are-read-at-once',
    what: 'Files of a later call are read before those of an earlier one, which could be committed.',
    invariant: 'I-12',
    file: 'client/src/transfers/upload-small-groups.ts',
    find: 'const turn = call.reading ?? new TransferGate(',
    replace: 'const turn = new TransferGate(',
    caughtBy: { file: SENDING, test: 'calls that share their turn read their files in the order of the calls' },
  },
  {
    id: 'answers-wait-for-all-reading',
    what: 'Answers of the service are taken when all files have been read.',
    invariant: 'I-12',
    file: 'client/src/transfers/upload-small-groups.ts',
    find: '    await call.clock.sleep(0, call.signal);\n',
    replace: '',
    caughtBy: {
      file: SENDING,
      test: 'answers of the service are taken while files are read: a pack is confirmed before the last of them is',
    },
  },
];
