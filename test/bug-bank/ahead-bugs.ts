import type { PlantedBug } from './planted-bug.ts';

const CONTENT = 'lambdas/uploads/read-upload-content.test.ts';
const AHEAD = 'test/scenarios/chunks-ahead.test.ts';
const AT_COMMIT = 'test/scenarios/ahead-at-the-commit.test.ts';
const RESTARTED = 'test/scenarios/restarted-uploads.test.ts';
const SHOWN = 'test/scenarios/shown-uploads.test.ts';
const REUSE = 'test/scenarios/local-reuse.test.ts';

/** Errors in what is read ahead of a commit, and in what is taken from the disk before the network. */
export const AHEAD_BUGS: readonly PlantedBug[] = [
  {
    id: 'claimed-chunk-is-read-ahead',
    what: 'A chunk that an upload only names is handed out before it is shown to be possessed.',
    invariant: 'I-18',
    file: 'lambdas/uploads/read-upload-content.ts',
    find: 'const isWanted = index >= from && isSet(session.confirmed, index);',
    replace: 'const isWanted = index >= from;',
    caughtBy: {
      file: CONTENT,
      test: 'a hash that the uploader never showed to possess is not told, whoever stores it',
    },
  },
  {
    id: 'removed-member-reads-ahead',
    what: 'Whoever was a member goes on reading an upload that they know of.',
    invariant: 'I-18',
    file: 'lambdas/uploads/read-upload-content.ts',
    find: 'return reader !== undefined && sender',
    replace: 'return sender',
    caughtBy: { file: CONTENT, test: 'a member who was removed reads nothing more' },
  },
  {
    id: 'removed-writer-is-read-ahead',
    what: 'What somebody sends who may not write any more is read by the members.',
    invariant: 'I-18',
    file: 'lambdas/uploads/read-upload-content.ts',
    find: " && sender.role !== 'viewer'",
    replace: '',
    caughtBy: { file: CONTENT, test: 'what a writer goes on sending as viewer is read by nobody' },
  },
  {
    id: 'disk-is-trusted',
    what: 'Bytes of another file are written without being hashed.',
    invariant: 'I-13',
    file: 'client/src/transfers/download.ts',
    find: 'if (bytes.length !== size || (await hashChunk(bytes)) !== hash) continue;',
    replace: 'if (bytes.length !== size) continue;',
    caughtBy: {
      file: REUSE,
      test: 'a file that somebody has changed since is noticed by its bytes, and the network has the right ones',
    },
  },
  {
    id: 'foreign-staging-counts-as-verified',
    what: 'What stands in another staging counts as what came ahead and was verified.',
    invariant: 'I-13',
    file: 'client/src/sync/api-remote.ts',
    find: 'const known = into.isTakenOver ? ahead : undefined;',
    replace: 'const known = ahead;',
    caughtBy: { file: AHEAD, test: 'what this process has verified is not read again, and nothing else is believed' },
  },
  {
    id: 'committed-content-comes-ahead',
    what: 'A content that was committed and taken is fetched ahead once more, into the file that a download publishes.',
    invariant: 'I-14',
    file: 'client/src/sync/ahead-fetches.ts',
    find: 'if (owner !== undefined || size >= this.#bytesMin) this.#finish(contentHash);',
    replace: '',
    caughtBy: {
      file: AHEAD,
      test: 'of a content that was downloaded already nothing comes ahead, whoever sends it again',
    },
  },
  {
    id: 'undurable-bytes-are-believed',
    what: 'Bytes that came ahead and that the disk could not make durable are published.',
    invariant: 'I-13',
    file: 'client/src/sync/ahead-fetch.ts',
    find: '      this.#failure ??= { cause };\n    } finally {',
    replace: '      void cause;\n    } finally {',
    caughtBy: { file: AT_COMMIT, test: 'what could not be made durable is not believed' },
  },
  {
    id: 'ahead-waits-for-the-disk',
    what: 'Nothing comes ahead while what came before is made durable.',
    invariant: 'I-12',
    file: 'client/src/sync/ahead-fetch.ts',
    find: '    const pass: Pass = {',
    replace: '    await this.#flushing;\n    const pass: Pass = {',
    caughtBy: { file: AT_COMMIT, test: 'more comes while what came before is made durable' },
  },
  {
    id: 'commit-cuts-off-what-comes',
    what: 'Chunks that are on their way at the moment of the commit are thrown away, and asked for again.',
    invariant: 'I-12',
    file: 'client/src/sync/ahead-fetches.ts',
    find: '    one.isTaken = true;\n',
    replace: '    one.isTaken = true;\n    one.ending.abort();\n',
    caughtBy: {
      file: AT_COMMIT,
      test: 'what is on its way at the moment of the commit is let come, and asked for once',
    },
  },
  {
    id: 'download-waits-for-what-is-ahead',
    what: 'A download waits for chunks that were asked for ahead and do not come.',
    invariant: 'I-12',
    file: 'client/src/sync/ahead-fetches.ts',
    find: 'await Promise.race([running, pause(this.#dependencies.clock, AHEAD_ENDING_MS_MAX, ended.signal)]);',
    replace: 'await running;',
    caughtBy: { file: AT_COMMIT, test: 'what does not come for long after the commit is left, and asked for again' },
  },
  {
    id: 'second-upload-writes-unowned',
    what: 'Of two uploads of one content the second writes on when a download has taken over what came.',
    invariant: 'I-14',
    file: 'client/src/sync/ahead-fetches.ts',
    find: '    this.#owners.set(contentHash, one);\n',
    replace: '    if (earlier === undefined) this.#owners.set(contentHash, one);\n',
    caughtBy: {
      file: RESTARTED,
      test: 'what comes late of a second upload is not written into the file that was published',
    },
  },
  {
    id: 'second-download-does-not-wait',
    what: 'A second file of the same content takes over what came ahead while the first one waits for what still comes.',
    invariant: 'I-14',
    file: 'client/src/sync/ahead-fetches.ts',
    find: '      await owner?.lettingGo;\n',
    replace: '',
    caughtBy: {
      file: RESTARTED,
      test: 'of two files of one content neither is written into after it was published',
    },
  },
  {
    id: 'undurable-bytes-outlive-the-process',
    what: 'Bytes that came ahead and that the disk could not make durable are left for the next process, which reads them and believes them.',
    invariant: 'I-13',
    file: 'client/src/sync/ahead-fetches.ts',
    find: 'for (const one of followed) await this.#letGo(one);',
    replace: 'for (const { fetch } of followed) await fetch.close();',
    caughtBy: { file: AT_COMMIT, test: 'what could not be made durable is not left for the next process' },
  },
  {
    id: 'chunks-ahead-overlap',
    what: 'A chunk is written over another one that was verified, because the service says that it stands there.',
    invariant: 'I-13',
    file: 'client/src/sync/ahead-fetch.ts',
    find: 'if (place.offset < end) return false;',
    replace: '',
    caughtBy: {
      file: AT_COMMIT,
      test: 'a chunk that is said to stand at 2, where it cannot, damages nothing that came before',
    },
  },
  {
    id: 'ended-upload-is-shown-again',
    what: 'A push that comes after the end of its upload lets a status tell that it is being sent.',
    invariant: 'I-20',
    file: 'client/src/sync/ahead-fetches.ts',
    find: 'const isOver = this.#done.has(uploadId) || (',
    replace: 'const isOver = (',
    caughtBy: { file: SHOWN, test: 'a status tells what is on its way until it is committed' },
  },
];
