import type { PlantedBug } from './planted-bug.ts';

const REAL = 'test/scenarios/real-disks.test.ts';
const KILLED = 'test/scenarios/killed-at-every-call.test.ts';
const READING = 'client/src/platform/node/read-in-state.ts';
const FILES = 'client/src/platform/node/node-file-system.ts';
const FILES_TEST = 'client/src/platform/node/node-file-system.test.ts';
const OVER = 'killed at any call, nothing is lost and everything goes on: a file comes over an existing one';
const WATCHER = 'client/src/platform/node/open-folder-watcher.test.ts';

/** Errors at the disk, in the state that is kept on it, and in the transfer of bytes. */
export const DISK_BUGS: readonly PlantedBug[] = [
  {
    id: 'no-fsync-of-the-file',
    what: 'A file gets its name before its bytes are durable.',
    invariant: 'I-13',
    file: 'client/src/platform/node/staged-file.ts',
    find: '    await this.#handle.sync();\n',
    replace: '',
    caughtBy: { file: KILLED, test: OVER },
  },
  {
    id: 'failed-fsync-is-believed',
    what: 'Bytes of which a sync has failed are taken for durable when the next sync succeeds.',
    invariant: 'I-13',
    file: 'client/src/platform/node/staged-file.ts',
    find: '      this.#calls.unlinkSync(this.file);\n',
    replace: '',
    caughtBy: {
      file: 'client/src/platform/node/durable-names.test.ts',
      test: 'bytes of which a sync has failed with EIO are fetched again, and not believed because the next sync succeeds',
    },
  },
  {
    id: 'no-fsync-of-the-folder',
    what: 'An agreement is written down before the name of the file is durable.',
    invariant: 'I-13',
    file: 'client/src/platform/node/changed-directories.ts',
    find: 'await syncDirectory(this.#calls, directory);',
    replace: 'await Promise.resolve([syncDirectory.name, this.#calls, directory]);',
    caughtBy: { file: KILLED, test: OVER },
  },
  {
    id: 'written-in-place',
    what: 'A file is written over in place instead of being replaced at once.',
    invariant: 'I-13',
    file: FILES,
    find: `      } else if (!(await replaceFile(this.#shared, { staged: staged.file, path, replaces, place }))) {
        return 'changed';
`,
    replace: `      } else {
        const bytes = this.#calls.readFileSync(staged.file, Number(whole.size));
        const place = await this.#calls.open(target, constants.O_WRONLY | constants.O_TRUNC);
        await place.write(bytes, 0);
        await place.sync();
        await place.close();
        this.#calls.unlinkSync(staged.file);
        return undefined;
`,
    caughtBy: { file: KILLED, test: OVER },
  },
  {
    id: 'publish-over-a-new-file',
    what: 'A fetched file replaces one that was made at its place at the last moment.',
    invariant: 'I-14',
    file: FILES,
    find: '        await renameToFree(this.#calls, { from: staged.file, to: target, precious: false });\n',
    replace: '        this.#calls.renameSync(staged.file, target);\n',
    caughtBy: { file: FILES_TEST, test: 'a file that is made at the place of a fetched one is never replaced by it' },
  },
  {
    id: 'move-over-a-new-file',
    what: 'A moved file replaces one that was made at its new place at the last moment.',
    invariant: 'I-14',
    file: FILES,
    find: 'await moveFile(this.#shared, { ...move, source, place });',
    replace: 'this.#calls.renameSync(from, to);',
    caughtBy: {
      file: FILES_TEST,
      test: 'a file that is made at the new place of a moved one at the last moment is never replaced by it',
    },
  },
  {
    id: 'no-look-without-links',
    what: 'On a disk without second names a moved file replaces one that was made at its new place at the last moment.',
    invariant: 'I-14',
    file: 'client/src/platform/node/rename-to-free.ts',
    find: "  if (lookAt(to, '', calls).kind !== 'absent') throw Object.assign(new Error('the name is taken'), { code: 'EEXIST' });\n",
    replace: '',
    caughtBy: {
      file: FILES_TEST,
      test: 'on a disk without second names, too, a move replaces nothing that came before the last look',
    },
  },
  {
    id: 'trash-overwrites',
    what: 'What goes into the trash replaces what went there before from the same path.',
    invariant: 'I-17',
    file: 'client/src/platform/node/trash-path.ts',
    find: 'if (isTaken(calls, target)) continue;',
    replace: 'isTaken(calls, target);',
    caughtBy: { file: FILES_TEST, test: 'what goes into the trash never replaces what lies there already' },
  },
  {
    id: 'waits-at-a-pipe',
    what: 'A pipe in the place of a file holds up the process until somebody writes to it.',
    invariant: 'I-12',
    file: 'client/src/platform/node/quick-handle.ts',
    find: '[reading, flags | constants.O_NONBLOCK]',
    replace: '[reading, flags]',
    caughtBy: {
      file: 'client/src/platform/node/quick-handle.test.ts',
      test: 'a pipe in the place of a file that is read keeps nobody waiting',
    },
  },
  {
    id: 'unreadable-rules-are-none',
    what: 'When a file of patterns cannot be read, nothing is ignored any more.',
    invariant: 'I-15',
    file: 'client/src/platform/node/ignore-files.ts',
    find: 'if (bytes === undefined) return wasUntold;',
    replace: 'if (bytes === undefined) return this.rules.setRules(folder, undefined) || wasUntold;',
    caughtBy: {
      file: 'client/src/platform/node/ignore-files.test.ts',
      test: 'rules that cannot be read stay as they were, and a link has none',
    },
  },
  {
    id: 'move-of-another-file',
    what: 'A move takes along whatever stands at the path by now.',
    invariant: 'I-14',
    file: FILES,
    find: "if (source === undefined || !sameObject(source.identity, move.identity)) return 'changed';",
    replace: "if (source === undefined) return 'changed';",
    caughtBy: { file: FILES_TEST, test: 'a file that took the place of the one that was to be moved stays there' },
  },
  {
    id: 'torn-read',
    what: 'Bytes that were read while somebody wrote are taken for a state of the file.',
    invariant: 'I-14',
    file: READING,
    find: "return (await opened.isExpected()) ? { kind: 'read', bytes } : { kind: 'changed' };",
    replace: "return { kind: 'read', bytes };",
    caughtBy: { file: FILES_TEST, test: 'a file that is written to while it is read is told as changed' },
  },
  {
    id: 'read-of-another-state',
    what: 'A file that was written to before it is read is taken for the one that was seen.',
    invariant: 'I-14',
    file: READING,
    find: 'sameState(identityOf(await handle.stat()), identity);',
    replace: 'sameState(identityOf(await handle.stat()), identity) || identity.size >= 0;',
    caughtBy: { file: FILES_TEST, test: 'a file that is not in the state that was seen is not read' },
  },
  {
    id: 'links-are-followed',
    what: 'What lies behind a link is written to as if it lay in the folder.',
    invariant: 'I-14',
    file: FILES,
    find: "    if (!this.#isThere(place)) return { kind: 'changed' };\n    let put",
    replace: "    if (!this.#folder.isItself()) return { kind: 'changed' };\n    let put",
    caughtBy: { file: FILES_TEST, test: 'nothing is changed through a link that stands in the place of a folder' },
  },
  {
    id: 'marker-not-compared',
    what: 'Any folder with a marker is taken for the linked one.',
    invariant: 'I-15',
    file: FILES,
    find: "if (!isOurs) return 'foreign';",
    replace: "if (!isOurs && marker.folderId === '') return 'foreign';",
    caughtBy: {
      file: FILES_TEST,
      test: 'only the folder with the marker of this device, folder and namespace is the linked one',
    },
  },
  {
    id: 'missing-marker-is-fine',
    what: 'An empty mount point is taken for the linked folder.',
    invariant: 'I-15',
    file: FILES,
    find: "if (marker === 'missing' || root === undefined || root !== this.#folder.object()) return 'missing';",
    replace: "if (marker === 'missing') return 'verified';",
    caughtBy: { file: REAL, test: 'a root without its marker, or with another one, is concluded nothing from' },
  },
  {
    id: 'absent-root-is-empty',
    what: 'A root that is not there lists as an empty folder.',
    invariant: 'I-15',
    file: 'client/src/platform/node/scan-folder.ts',
    find: "if (ABSENT.has(errorCode(error) ?? '')) return undefined;",
    replace: "if (ABSENT.has(errorCode(error) ?? '')) return { path: folder, entries: [], complete: true };",
    caughtBy: {
      file: 'client/src/platform/node/scan-folder.test.ts',
      test: 'a root that is not there is not an empty one',
    },
  },
  {
    id: 'failed-look-is-absence',
    what: 'A file of which the disk would not tell anything counts as deleted.',
    invariant: 'I-15',
    file: 'client/src/platform/node/scan-folder.ts',
    find: "if (stat === 'failed') complete = false;",
    replace: "if (stat === 'failed') complete = complete && true;",
    caughtBy: {
      file: FILES_TEST,
      test: 'a folder of which the disk does not tell everything is not listed completely',
    },
  },
  {
    id: 'listed-before-watched',
    what: 'A folder is listed before it is watched: what changes in between is missed.',
    invariant: 'I-12',
    file: FILES,
    find: 'watcher?.cover(path);\n    const listing = this.#listItself(path);',
    replace: 'const listing = this.#listItself(path);\n    watcher?.cover(path);',
    caughtBy: { file: FILES_TEST, test: 'a folder is watched before it is listed' },
  },
  {
    id: 'overrun-is-silence',
    what: 'When the system threw events away, nothing is looked at.',
    invariant: 'I-12',
    file: 'client/src/platform/node/each-folder-watcher.ts',
    find: 'if (name === null) {\n      watch.isUnsure = true;\n      this.#hints.touchEverything();\n',
    replace: 'if (name === null) {\n      watch.isUnsure = true;\n',
    caughtBy: { file: WATCHER, test: 'an event without a name, and a watch that fails, are everything' },
  },
  {
    id: 'too-many-hints-are-dropped',
    what: 'More touched folders than can be remembered are forgotten.',
    invariant: 'I-12',
    file: 'client/src/platform/node/pending-hints.ts',
    find: '      this.touchEverything();\n      return;',
    replace: '      return;',
    caughtBy: { file: WATCHER, test: 'tells more touched folders than it can tell apart as everything' },
  },
  {
    id: 'staging-is-trusted',
    what: 'What an earlier process left in staging is taken for the content without a look at its bytes.',
    invariant: 'I-13',
    file: 'client/src/sync/api-remote.ts',
    find: 'const has = into.resumed ? hasChunk({ into, ahead, isChunk: options.isChunk }) : undefined;',
    replace: 'const has = into.resumed ? () => true : undefined;',
    caughtBy: {
      file: 'client/src/sync/api-remote.test.ts',
      test: 'what an earlier try has written is kept chunk by chunk where it is right, and fetched where it is not',
    },
  },
  {
    id: 'state-saved-in-two',
    what: 'The position is saved before, and apart from, the nodes that it stands behind.',
    invariant: 'I-13',
    file: 'client/src/platform/node/sqlite-state-store.ts',
    find: "    this.#database.exec('BEGIN IMMEDIATE');\n",
    replace: `    const { position } = difference;
    this.#setPosition.run(position.cursor ?? null, position.seq, position.lamport);
    this.#database.exec('BEGIN IMMEDIATE');
`,
    caughtBy: { file: 'test/conformance/state-store.test.ts', test: 'that fails to save has nothing of it' },
  },
  {
    id: 'lock-of-nothing',
    what: 'Two processes may work on one folder.',
    invariant: 'I-13',
    file: 'client/src/platform/node/process-lock.ts',
    find: "database.exec('BEGIN EXCLUSIVE');",
    replace: "database.exec('BEGIN');",
    caughtBy: {
      file: 'client/src/platform/node/configuration-lock.test.ts',
      test: 'a lock that another one does not give back is a failure that passes, not a defect',
    },
  },
  {
    id: 'chunk-not-hashed',
    what: 'A chunk of the right length is taken for the right one.',
    invariant: 'I-1',
    file: 'client/src/transfers/open-chunk.ts',
    find: '(await hashChunk(bytes)) === hash',
    replace: '(await hashChunk(bytes)).length === hash.length',
    caughtBy: {
      file: 'client/src/transfers/download-content.test.ts',
      test: 'bytes that never hash to their name are damage, and are never written',
    },
  },
  {
    id: 'manifest-not-hashed',
    what: 'Right chunks in a wrong order are taken for the content.',
    invariant: 'I-1',
    file: 'client/src/transfers/download.ts',
    find: "if ((await hashManifest(this.#chunks)) !== contentHash) throw damaged('a manifest of another content');",
    replace: '',
    caughtBy: {
      file: 'client/src/transfers/download-content.test.ts',
      test: 'a manifest that does not hash to the content is damage',
    },
  },
  {
    id: 'pages-of-two-contents',
    what: 'A file is put together from two contents when it changes while it is read.',
    invariant: 'I-1',
    file: 'client/src/transfers/download.ts',
    find: "if (!same) throw damaged('a manifest that changed while it was read');",
    replace: '',
    caughtBy: {
      file: 'client/src/transfers/download-content.test.ts',
      test: 'content that is another one after its URLs have expired is not mixed with the first',
    },
  },
  {
    id: 'stored-is-mine',
    what: 'A chunk that somebody else has stored counts as sent by this account.',
    invariant: 'I-1',
    file: 'client/src/transfers/upload-session.ts',
    find: "else if (delivery === 'exists') this.#claimed.add(hash);",
    replace: "else if (delivery === 'exists') this.#noteStored(hash);",
    caughtBy: {
      file: 'client/src/transfers/upload-files.test.ts',
      test: 'a chunk that somebody else stored in the meantime is proved',
    },
  },
  {
    id: 'shorter-file-is-sent',
    what: 'A file that became shorter while it was read is sent as it was named.',
    invariant: 'I-1',
    file: 'client/src/transfers/read-content.ts',
    find: 'if (bytes.length !== size) return undefined;',
    replace: '',
    caughtBy: {
      file: 'client/src/transfers/upload-files.test.ts',
      test: 'a file that is shorter than it was is told as changed; one that cannot be read as unreadable',
    },
  },
  {
    id: 'links-above-are-followed',
    what: 'Of the folders above a file only the first one is looked at: a link in the place of a deeper one is followed.',
    invariant: 'I-14',
    file: 'client/src/platform/node/real-folder.ts',
    find: 'if (stat?.isDirectory() !== true) return undefined;',
    replace: 'if (stat?.isDirectory() !== true && path === root + sep + name) return undefined;',
    caughtBy: {
      file: 'client/src/platform/node/real-folder.test.ts',
      test: 'nothing below a link in the place of a/b is where its path says',
    },
  },
  {
    id: 'closed-handle-is-used',
    what: 'What is done to a closed file is done to the file that was given its number.',
    invariant: 'I-7',
    file: 'client/src/platform/node/quick-handle.ts',
    find: '    demandOpen();\n    return pace.make(here, () => elsewhere(call));',
    replace: '    return pace.make(here, () => elsewhere(call));',
    caughtBy: {
      file: 'client/src/platform/node/quick-handle.test.ts',
      test: 'a handle that is closed changes nothing of the file that was given its number',
    },
  },
  {
    id: 'random-bytes-share-memory',
    what: 'Random bytes are handed out in the memory of all that are to come: who reads too far knows the next ids.',
    invariant: 'I-8',
    file: 'client/src/platform/node/random-bytes.ts',
    find: 'return pool.slice(used - count, used);',
    replace: 'return pool.subarray(used - count, used);',
    caughtBy: { file: 'client/src/platform/node/random-bytes.test.ts', test: 'no two draws share memory' },
  },
  {
    id: 'escaped-slash-takes-its-folder',
    what: 'A pattern whose slash has a backslash ignores the folder of which it means what lies within.',
    invariant: 'I-15',
    file: 'client/src/ignore/parse-patterns.ts',
    find: 'joinGlobstars(bareSlashes(written))',
    replace: 'joinGlobstars(written)',
    caughtBy: {
      file: 'client/src/ignore/ignore-rules.test.ts',
      test: 'a slash behind a backslash is a slash: a\\/**, asked of a/, says false',
    },
  },
];
