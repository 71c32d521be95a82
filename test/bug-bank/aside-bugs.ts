import type { PlantedBug } from './planted-bug.ts';

const ASIDE = 'client/src/platform/node/aside-folder.ts';
const ASIDE_TEST = 'client/src/platform/node/aside-folder.test.ts';
const FILES_TEST = 'client/src/platform/node/node-file-system.test.ts';
const ONE_NAME = 'never stands under two names afterwards, whatever a program saves';
const SAVED = 'what a program saves at any call stays on the disk';

/** Errors at names that are taken away from people's files: what is saved in that very moment, or lies aside when a process dies, is lost. */
export const ASIDE_BUGS: readonly PlantedBug[] = [
  {
    id: 'publish-over-an-edit',
    what: 'A fetched file replaces one that was edited since the plan.',
    invariant: 'I-14',
    file: 'client/src/platform/node/replace-file.ts',
    find: 'if (taken === undefined || !sameWrite(taken.identity, replaces)) {',
    replace: 'if (taken === undefined || sameWrite === undefined) {',
    caughtBy: { file: ASIDE_TEST, test: `replace: ${SAVED}` },
  },
  {
    id: 'publish-over-a-save',
    what: 'A fetched file replaces one that is saved while the name is free.',
    invariant: 'I-14',
    file: 'client/src/platform/node/replace-file.ts',
    find: '    calls.linkSync(from, to);\n    return true;\n',
    replace: '    calls.renameSync(from, to);\n    return false;\n',
    caughtBy: { file: ASIDE_TEST, test: `replace: ${SAVED}` },
  },
  {
    id: 'moved-name-is-removed-unseen',
    what: 'With the first name of a moved file goes what somebody saved under it in that moment.',
    invariant: 'I-14',
    file: 'client/src/platform/node/move-file.ts',
    find: 'if (taken !== undefined && isSecondName(taken, source)) {',
    replace: 'if (taken !== undefined || isSecondName(source, source)) {',
    caughtBy: { file: ASIDE_TEST, test: `move: ${SAVED}` },
  },
  {
    id: 'refused-move-leaves-two-names',
    what: 'A file whose folder the disk does not let it leave stands under its new name, too.',
    invariant: 'I-12',
    file: 'client/src/platform/node/move-file.ts',
    find: 'if (isLinked && errorCode(error) !== undefined) await withdrawName(',
    replace: 'if (isLinked && errorCode(error) === undefined) await withdrawName(',
    caughtBy: { file: ASIDE_TEST, test: `move: a file that the disk keeps in its folder ${ONE_NAME}` },
  },
  {
    id: 'withdrawn-name-goes-unseen',
    what: 'With a name that is taken back goes what somebody saved under it in that moment.',
    invariant: 'I-14',
    file: 'client/src/platform/node/move-file.ts',
    find: 'if (isSameFile(calls, from, place)) aside.remove(place);',
    replace: 'if (isSameFile(calls, from, from)) aside.remove(place);',
    caughtBy: { file: ASIDE_TEST, test: `move: a file that the disk keeps in its folder ${ONE_NAME}` },
  },
  {
    id: 'aside-name-keeps-a-save',
    what: 'What is saved in the moment in which a file is moved aside loses its name.',
    invariant: 'I-12',
    file: 'client/src/platform/node/node-file-system.ts',
    find: "if (isAside && moved?.kind === 'file' && !isSameInode(moved, source)) {",
    replace: "if (isAside && moved?.kind === 'folder' && !isSameInode(moved, source)) {",
    caughtBy: { file: FILES_TEST, test: 'what is saved in the moment in which a file is moved aside keeps its name' },
  },
  {
    id: 'trash-keeps-a-save',
    what: 'What is saved in the moment in which a file goes into the trash goes along.',
    invariant: 'I-14',
    file: 'client/src/platform/node/node-file-system.ts',
    find: '        if (!isStill) {\n          await this.#aside.putBack(place);\n',
    replace: '        if (!isStill) {\n          this.#aside.moveOn(place, target);\n',
    caughtBy: { file: ASIDE_TEST, test: `trash: ${SAVED}` },
  },
  {
    id: 'put-back-over-a-save',
    what: 'What was taken aside goes back over what somebody saved at its place meanwhile.',
    invariant: 'I-14',
    file: ASIDE,
    find: '        this.#calls.linkSync(place, target);\n        return ',
    replace:
      "        this.#calls.renameSync(place, target);\n        return target === '' ? 'linked' : 'moved';\n        return ",
    caughtBy: {
      file: ASIDE_TEST,
      test: 'replace: of two files that are saved one after the other nothing is lost but what the second replaces itself',
    },
  },
  {
    id: 'nothing-is-brought-back',
    what: 'What a process that was killed has left aside stays there.',
    invariant: 'I-7',
    file: ASIDE,
    find: '  #mayHoldMore = true;\n',
    replace: '  #mayHoldMore = false;\n',
    caughtBy: { file: ASIDE_TEST, test: 'replace: killed at any call, the next process puts back what lies aside' },
  },
  {
    id: 'left-aside-is-never-needed',
    what: 'What lies aside is removed where something else stands at its place, though nobody else has it.',
    invariant: 'I-14',
    file: ASIDE,
    find: " && present.kind === 'entry' && isAgreed(entry.identity);",
    replace: " && present.kind === 'entry' && (isAgreed(entry.identity) || entry.listed);",
    caughtBy: {
      file: ASIDE_TEST,
      test: 'where something else has come meanwhile, what nobody else has goes beside it, and what the service has goes',
    },
  },
  {
    id: 'late-writes-are-lost',
    what: 'A file that was replaced goes, though a program that had it open has written to it since.',
    invariant: 'I-7',
    file: ASIDE,
    find: 'if (present !== undefined && !sameWrite(present.identity, identity)) await this.putBack(place);',
    replace: 'if (present === undefined && !sameWrite(identity, identity)) await this.putBack(place);',
    caughtBy: {
      file: ASIDE_TEST,
      test: 'a file that was replaced and is written to by a program that has it open still comes back beside the new one',
    },
  },
  {
    id: 'trash-of-an-edit',
    what: 'A folder goes into the trash with what was written into it since the plan.',
    invariant: 'I-14',
    file: 'client/src/platform/node/expected-entries.ts',
    find: 'return isExpected ? found : undefined;',
    replace: 'return found;',
    caughtBy: {
      file: FILES_TEST,
      test: 'a folder in which something was written to since the plan is not put into the trash',
    },
  },
  {
    id: 'trash-of-an-addition',
    what: 'A folder goes into the trash with files that nobody has planned for.',
    invariant: 'I-14',
    file: 'client/src/platform/node/expected-entries.ts',
    find: 'if (counted.length !== expected.size) return undefined;',
    replace:
      'if (counted.length < expected.size) return undefined;\n  if (counted.length > expected.size) return found;',
    caughtBy: {
      file: FILES_TEST,
      test: 'a folder in which something came since the plan is not put into the trash',
    },
  },
];
