import type { PlantedBug } from './planted-bug.ts';

const FOLLOWS = 'test/scenarios/search-follows.property.test.ts';
const SEARCHES = 'test/scenarios/search.test.ts';
const REINDEX = 'test/scenarios/reindex.property.test.ts';
const MADE_ANEW =
  'an index that is made anew while everybody goes on, and is broken off now and then, has the visible nodes in the end';
const CONTENTS = 'test/scenarios/search-contents.test.ts';
const CONTENTS_FOLLOW = 'test/scenarios/contents-follow.property.test.ts';
const IN_THE_END =
  'whatever was done, and however tasks came, the index has the visible nodes in the end, each in its own namespace';

/** Errors in what the search index has, and what it tells to whom. */
export const SEARCH_BUGS: readonly PlantedBug[] = [
  {
    id: 'nowhere-is-searched',
    what: 'The index is asked although no tree is left to be searched, and fails.',
    invariant: 'I-18',
    file: 'lambdas/search/search-nodes.ts',
    find: '  if (query.namespaceIds.length === 0) return NOTHING;\n',
    replace: '',
    caughtBy: {
      file: SEARCHES,
      test: 'whoever looks for what others own, and is a member of nothing, finds nothing',
    },
  },
  {
    id: 'moved-folders-keep-their-paths',
    what: 'What lies below a folder that was moved is not indexed anew.',
    invariant: 'I-21',
    file: 'lambdas/search/follow-task.ts',
    find: "    case 'moved':\n    case 'restored':\n",
    replace: "    case 'restored':\n",
    caughtBy: {
      file: SEARCHES,
      test: 'what lies below a folder that was moved is found by its new path, and not by the old one',
    },
  },
  {
    id: 'shared-folders-stay-in-the-home',
    what: 'What lay in a folder stays in the index of the home when the folder is shared.',
    invariant: 'I-21',
    file: 'lambdas/search/follow-task.ts',
    find: "      { kind: 'forget', namespaceId, folderId: nodeId, into: mounted, position },\n",
    replace: '',
    caughtBy: {
      file: SEARCHES,
      test: 'what lay in a folder is counted in its own namespace once it is shared, and in the home no more',
    },
  },
  {
    id: 'old-trash-is-not-shared',
    what: 'What was deleted in a folder before it was shared, and was not indexed by then, is not found in its trash.',
    invariant: 'I-21',
    file: 'lambdas/search/follow-task.ts',
    find: '      ...wholeTree(mounted, BEGINNING),\n',
    replace: "      { kind: 'below', namespaceId: mounted, folderIds: [nodeId], position: BEGINNING },\n",
    caughtBy: {
      file: SEARCHES,
      test: 'what was deleted in a folder before it was shared is found in the trash of the shared folder, though it was never indexed before',
    },
  },
  {
    id: 'trash-keeps-old-paths',
    what: 'What was deleted in a folder by itself is not indexed anew when the folder is moved.',
    invariant: 'I-21',
    file: 'lambdas/search/follow-task.ts',
    find: "        { kind: 'forget', namespaceId, folderId: nodeId, position },\n",
    replace: '',
    caughtBy: {
      file: SEARCHES,
      test: 'what was deleted in a folder is found in the trash by the name that the folder has since then',
    },
  },
  {
    id: 'trash-goes-with-its-folder',
    what: 'What was deleted by itself is not found in the trash any more when its folder goes for good.',
    invariant: 'I-21',
    file: 'lambdas/search/describe-nodes.ts',
    find: '    if (above === undefined && chain.some(({ deletedAt }) => deletedAt !== undefined)) return chain;\n',
    replace: '',
    caughtBy: {
      file: SEARCHES,
      test: 'what was deleted by itself stays in the trash when its folder goes for good, and is found there',
    },
  },
  {
    id: 'rebuilt-index-misses-the-last-writes',
    what: 'An index that was made anew is not brought up to what was written to the other one before it served.',
    invariant: 'I-21',
    file: 'lambdas/search/rebuild-index.ts',
    find: '  await passOver(dependencies, { target, previous: others.at(-1) }, tell);\n',
    replace: '',
    caughtBy: { file: REINDEX, test: MADE_ANEW },
  },
  {
    id: 'rebuild-forgets-what-was-left',
    what: 'How far a namespace is in an index that is made anew is kept before what follows from it is written.',
    invariant: 'I-21',
    file: 'lambdas/search/rebuild-index.ts',
    find: '  await followAll({ namespaces, index, progress, meter }, tasks);\n',
    replace:
      '  await positions.advance(namespaceId, { epoch, seq });\n  await followAll({ namespaces, index, progress, meter }, tasks);\n',
    caughtBy: { file: REINDEX, test: MADE_ANEW },
  },
  {
    id: 'one-bad-message-fails-all',
    what: 'A message that nobody can read fails everything that came with it.',
    invariant: 'I-21',
    file: 'lambdas/search/create-index-handler.ts',
    find: "        if (task === undefined) telemetry.count('tasksPoisoned');\n        else prepared = undefined;\n",
    replace: '        throw error;\n',
    caughtBy: {
      file: 'test/scenarios/index-handler.test.ts',
      test: 'a message that nobody can read fails alone, and what came with it is done',
    },
  },
  {
    id: 'position-passes-the-index',
    what: 'The position of a journal is moved on before its entries are indexed, over all pages at once.',
    invariant: 'I-21',
    file: 'lambdas/search/follow-task.ts',
    find: 'let seq = begun?.epoch === epoch ? begun.seq : 0;',
    replace: 'let seq = begun === undefined ? 0 : head.seq;',
    caughtBy: { file: FOLLOWS, test: IN_THE_END },
  },
  {
    id: 'hits-are-not-looked-at-again',
    what: 'What was deleted since it was indexed is told as if it were there.',
    invariant: 'I-21',
    file: 'lambdas/search/search-nodes.ts',
    find: 'return isDeleted === isTrashed ? {',
    replace: 'return isDeleted === isTrashed || isDeleted ? {',
    caughtBy: { file: SEARCHES, test: 'what has gone since it was indexed is not told, nor is what came back' },
  },
  {
    id: 'old-members-go-on-finding',
    what: 'Whoever was taken out of a shared folder goes on finding what is in it.',
    invariant: 'I-21',
    file: 'lambdas/search/search-nodes.ts',
    find: 'if (access !== undefined) accesses.set(namespaceId, access);',
    replace: 'accesses.set(namespaceId, access ?? { ...searched, head: { ...searched.head, namespaceId } });',
    caughtBy: {
      file: SEARCHES,
      test: 'whoever is not a member any more finds nothing from the next search on, and counts nothing',
    },
  },
  {
    id: 'contents-are-never-read',
    what: 'Nobody is told that a content has no text yet.',
    invariant: 'I-21',
    file: 'lambdas/search/apply-documents.ts',
    find: '  await contents?.send(tasks);\n',
    replace: '  void [contents, tasks];\n',
    caughtBy: {
      file: CONTENTS_FOLLOW,
      test: 'whatever was done, and however tasks came, every live file has in the end the text of its own content, or a reason',
    },
  },
  {
    id: 'renames-read-again',
    what: 'A text is not taken along when its file is renamed or moved.',
    invariant: 'I-21',
    file: 'lambdas/search/apply-documents.ts',
    find: 'return text?.contentHash === contentHash ? text?.bytes : undefined;',
    replace: 'return text?.contentHash === contentHash ? undefined : text?.bytes;',
    caughtBy: { file: CONTENTS, test: 'renames, moves, and moves of a folder above read nothing again' },
  },
  {
    id: 'pages-of-a-search-never-end',
    what: 'A search has as many pages as there are hits, each of which costs the index as much as all before it.',
    invariant: 'I-21',
    file: 'lambdas/search/search-nodes.ts',
    find: 'told < Math.min(answer.total, HITS_MAX)',
    replace: 'told < answer.total',
    caughtBy: {
      file: 'test/scenarios/hostile-search.test.ts',
      test: 'pages end where more would cost the index too much, and a place that nobody signed opens none',
    },
  },
  {
    id: 'texts-of-a-rebuild-are-not-read',
    what: 'What has no text in an index that was made anew is not handed over to be read.',
    invariant: 'I-21',
    file: 'lambdas/search/rebuild-index.ts',
    find: '    await contents.send(unread);\n',
    replace: '',
    caughtBy: {
      file: 'test/scenarios/reindex-contents.test.ts',
      test: 'a text that is read while the index is made anew is read for the new one too, and what was read before is not read again',
    },
  },
  {
    id: 'texts-are-written-with-old-names',
    what: 'A document that gets its text is not looked at again afterwards.',
    invariant: 'I-21',
    file: 'lambdas/extraction/extract-content.ts',
    find: '    if (next?.seq === head.seq && next.epoch === head.epoch) return true;\n',
    replace: '    if (next !== undefined) return true;\n',
    caughtBy: { file: CONTENTS, test: 'have it beside what the file is afterwards, though nobody follows the journal' },
  },
  {
    id: 'old-texts-stand-with-new-contents',
    what: 'What was read of a content is written with the next content of the file.',
    invariant: 'I-21',
    file: 'lambdas/search/describe-nodes.ts',
    find: 'if (text === undefined || text.contentHash !== change.document.contentHash) return change;',
    replace: 'if (text === undefined) return change;',
    caughtBy: { file: CONTENTS, test: 'whose file changes while it is read tell nothing of the old content' },
  },
  {
    id: 'readers-go-on-for-other-namespaces',
    what: 'Contents of several namespaces are read by one process.',
    invariant: 'I-21',
    file: 'lambdas/extraction/process-content-reader.ts',
    find: 'const isUsable = this.#namespaceId === namespaceId && this.#contents < READER_CONTENTS_MAX;',
    replace: 'const isUsable = this.#contents < READER_CONTENTS_MAX;',
    caughtBy: {
      file: 'lambdas/extraction/process-content-reader.test.ts',
      test: 'is not to meet a document of another namespace',
    },
  },
];
