import type { PlantedBug } from './planted-bug.ts';

const LARGE = 'client/src/engine/large-transfers.test.ts';

/** Errors in what goes on beside the rounds, in the order of transfers, and in how they overlap. */
export const TRANSFER_BUGS: readonly PlantedBug[] = [
  {
    id: 'transfer-of-another-state',
    what: 'A file that was edited while it was sent is committed with the bytes that it had before.',
    invariant: 'I-7',
    file: 'client/src/engine/large-transfers.ts',
    find: 'return `${device}/${inode}/${size}/${mtimeNs}/${ctimeNs}`;',
    replace: 'return `${device}/${inode}/${String([size, mtimeNs, ctimeNs].length)}`;',
    caughtBy: { file: LARGE, test: 'an edit that nobody has noticed yet keeps what was sent from being committed' },
  },
  {
    id: 'two-transfers-of-one-content',
    what: 'A transfer that was left and is wanted again is begun beside the first one, which still writes into the same file.',
    invariant: 'I-13',
    file: 'client/src/engine/running-transfers.ts',
    find: 'return this.#running.has(key) || this.#leaving.has(key);',
    replace: 'return this.#running.has(key);',
    caughtBy: {
      file: 'client/src/engine/large-downloads.test.ts',
      test: 'what was left, and is wanted again, is begun when the first one has ended',
    },
  },
  {
    id: 'transfers-are-waited-for',
    what: 'A round ends only when its large transfers have ended, and small edits wait for them.',
    invariant: 'I-12',
    file: 'client/src/engine/sync-engine.ts',
    find: 'if (this.#options.onTransferEnd !== undefined) {',
    replace: 'if (this.#options.onTransferEnd !== undefined && this.#planMs < 0) {',
    caughtBy: { file: LARGE, test: 'small edits are committed, one after the other, and the large one is sent once' },
  },
  {
    id: 'every-round-counts-a-transfer',
    what: 'A large file that is being sent counts as rewritten in every round, and stops the sync as a mass change.',
    invariant: 'I-16',
    file: 'client/src/engine/sync-engine.ts',
    find: 'changed: sumChanges(changing.filter(({ step }) => isTried(step))),',
    replace: 'changed: sumChanges(changing),',
    caughtBy: { file: LARGE, test: 'it counts as one rewritten file, however many rounds there are beside it' },
  },
  {
    id: 'zeros-behind-the-content',
    what: 'A content that is shorter than the tree tells gets its name with zeros behind it.',
    invariant: 'I-13',
    file: 'client/src/sync/api-remote.ts',
    find: "if (outcome.kind === 'downloaded' && outcome.size !== size) return { kind: 'damaged' };",
    replace: '',
    caughtBy: {
      file: 'client/src/sync/api-remote.test.ts',
      test: 'a content of which the journal says that it is longer than it is, is damaged',
    },
  },
  {
    id: 'pause-goes-on-sending',
    what: 'A large transfer goes on while its folder is paused.',
    invariant: 'I-12',
    file: 'client/src/engine/sync-loop.ts',
    find: '    this.#isPaused = true;\n    this.#engine.leaveTransfers();\n',
    replace: '    this.#isPaused = true;\n',
    caughtBy: { file: LARGE, test: 'a pause leaves it, and after the pause it is sent' },
  },
  {
    id: 'memory-is-used-while-it-is-sent',
    what: 'A chunk is read into the memory from which another one is still being sent.',
    invariant: 'I-13',
    file: 'client/src/transfers/upload-session.ts',
    find: '    const bytes = await this.#read({ ...place, into });\n',
    replace:
      '    const bytes = await this.#read({ ...place, into });\n    if (into !== undefined) chunkMemory.giveBack(into);\n',
    caughtBy: {
      file: 'client/src/transfers/upload-files.test.ts',
      test: 'chunks are read into memory that is used again, and never while another one is sent from it',
    },
  },
  {
    id: 'memory-of-repeated-put-is-reused',
    what: 'Memory from which a first connection may still send a chunk is filled with another one.',
    invariant: 'I-13',
    file: 'client/src/transfers/upload-session.ts',
    find: ' && repeats === 0',
    replace: '',
    caughtBy: {
      file: 'client/src/transfers/upload-files.test.ts',
      test: 'memory from which a chunk was sent twice is not used again: the first connection may still send from it',
    },
  },
  {
    id: 'agreed-while-flushing',
    what: 'A content that was published while others were made durable is written down with them as agreed.',
    invariant: 'I-13',
    file: 'client/src/engine/execute-downloads.ts',
    find: 'await turnstile.share(() => place(execution, download, file));',
    replace: 'await place(execution, download, file);',
    caughtBy: {
      file: 'client/src/engine/execute-downloads.test.ts',
      test: 'while agreements are made durable and written down, contents are fetched, and nothing is agreed on that is not durable',
    },
  },
  {
    id: 'two-commits-at-once',
    what: 'A slice is committed while the one before it still is.',
    invariant: 'I-4',
    file: 'client/src/engine/run-in-stages.ts',
    find: '        const prepared = await begun;\n        await before;\n',
    replace: '        const prepared = await begun;\n',
    caughtBy: {
      file: 'client/src/engine/run-in-stages.test.ts',
      test: 'second stages run one after the other, in order, beside first stages, and a failure ends it behind all that was begun',
    },
  },
  {
    id: 'old-files-starve',
    what: 'A file is not transferred as long as newer or smaller ones come after it.',
    invariant: 'I-12',
    file: 'client/src/engine/transfer-pace.ts',
    find: 'return this.#turns === 0;',
    replace: 'return this.#turns < 0;',
    caughtBy: {
      file: 'client/src/engine/transfer-queue.test.ts',
      test: 'a file that has waited longest is taken in its turn, however many small ones come after it',
    },
  },
  {
    id: 'large-chunks-starve',
    what: 'Chunks of large files are not sent as long as there are small files.',
    invariant: 'I-12',
    file: 'client/src/transfers/transfer-gate.ts',
    find: '(small === undefined || this.#passed >= GATE_SMALL_TURNS)',
    replace: '(small === undefined || this.#passed > 1000 * GATE_SMALL_TURNS)',
    caughtBy: {
      file: 'client/src/transfers/transfer-gate.test.ts',
      test: 'a large task waits for no more than its turns while small ones never end, and small ones go before it until then',
    },
  },
  {
    id: 'every-round-counts-a-spared-file',
    what: 'A file that is left alone while it is written counts as rewritten in every round, and stops the sync as a mass change.',
    invariant: 'I-16',
    file: 'client/src/engine/sync-engine.ts',
    find: '!isLeft(step) && !(isTransfer(step.type) && spared.has(step.nodeId));',
    replace: '!isLeft(step);',
    caughtBy: {
      file: 'client/src/engine/sync-loop.test.ts',
      test: 'a file that is written again and again is sent from time to time, and as it is in the end',
    },
  },
  {
    id: 'rounds-do-not-give-way',
    what: 'A file that is written while many others are sent waits until all of them were sent.',
    invariant: 'I-12',
    file: 'client/src/engine/sync-engine.ts',
    find: 'options.hasNews?.() === true && clock.now() >= giveWayAt,',
    replace: 'options.hasNews?.() === true && clock.now() < giveWayAt - 1_000_000,',
    caughtBy: {
      file: 'client/src/engine/execute-uploads.test.ts',
      test: 'a file that is written while many others are sent is among the next to be committed',
    },
  },
];
