import type { PlantedBug } from './planted-bug.ts';

const POWER_LOSS = 'client/src/engine/power-loss.ts';
const TEST = 'client/src/engine/power-loss.test.ts';
const NEW_FILE = 'a new file that was sent, and is lost with the power, comes back from the service';

/** Errors at what a loss of power takes: it would be deleted everywhere. */
export const POWER_LOSS_BUGS: readonly PlantedBug[] = [
  {
    id: 'unseen-at-the-first-look-is-deleted',
    what: 'What lies in a folder that cannot be listed at first counts as looked for after a loss of power.',
    invariant: 'I-7',
    file: POWER_LOSS,
    find: 'if (unseen.length === 0) trees.takeDurable();\n  else trees.suspect(unseen);',
    replace: 'trees.takeDurable();',
    caughtBy: {
      file: TEST,
      test: 'what cannot be seen at the first look after a loss of power is looked for by later ones',
    },
  },
  {
    id: 'lost-with-the-power-is-deleted',
    what: 'What a loss of power has taken counts as deleted by somebody.',
    invariant: 'I-7',
    file: POWER_LOSS,
    find: 'for (const nodeId of forgotten) trees.removeSynced(nodeId);',
    replace: 'for (const nodeId of forgotten.slice(1)) trees.removeSynced(nodeId);',
    caughtBy: { file: TEST, test: NEW_FILE },
  },
  {
    id: 'start-of-the-machine-not-noticed',
    what: 'What is written down before the disk was looked at says that it was.',
    invariant: 'I-7',
    file: 'client/src/engine/engine-trees.ts',
    find: 'const saved = this.#formerTime ?? this.#now?.();',
    replace: 'const saved = this.#now?.();',
    caughtBy: {
      file: TEST,
      test: 'a process that ends before it was written down what is forgotten leaves it to the next one',
    },
  },
  {
    id: 'later-removals-come-back',
    what: 'What a person has removed long after it was saved comes back when the machine is started.',
    invariant: 'I-12',
    file: POWER_LOSS,
    find: 'return emptiedAt >= durableAt && emptiedAt < bootedAt;',
    replace: 'return emptiedAt >= bootedAt;',
    caughtBy: {
      file: TEST,
      test: 'what a person removes once it is durable is deleted, also where the machine was started anew',
    },
  },
  {
    id: 'renamed-after-the-start-is-edited',
    what: 'What lost its bytes with the power, and was renamed then, counts as edited.',
    invariant: 'I-7',
    file: POWER_LOSS,
    find: '&& toMs(mtimeNs) >= Math.min(durableAt, bootedAt);',
    replace: '|| changedAt(here.entry.identity) >= Math.min(durableAt, bootedAt);',
    caughtBy: {
      file: TEST,
      test: 'what lost its bytes with the power, and was renamed then, keeps them at the service',
    },
  },
  {
    id: 'agreed-before-durable',
    what: 'What an earlier process has placed counts as agreed on before it is durable.',
    invariant: 'I-7',
    file: 'client/src/engine/execute-knowledge.ts',
    find: 'if (path !== undefined) execution.ports.files.secure(path);',
    replace: '',
    caughtBy: {
      file: TEST,
      test: 'what an earlier process has placed, and not made durable, is durable once it counts as agreed on',
    },
  },
];
