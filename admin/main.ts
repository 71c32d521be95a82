/** `npm run admin -- COMMAND`: looks after a deployment from a person's machine, with that person's own rights in AWS. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { epochMs, NamespaceId } from '@syncline/protocol';
import { systemClock } from '../lambdas/runtime/system-clock.ts';
import { UnavailableError } from '../lambdas/runtime/unavailable-error.ts';
import { AdminProblem } from './admin-problem.ts';
import { openAudit } from './audit.ts';
import { openSearch, openStage, openTables } from './open-stage.ts';
import { runEpochs } from './run-epochs.ts';
import { type ExportCommand, runExport } from './run-export.ts';
import { runFsck } from './run-fsck.ts';
import { runReindex } from './run-reindex.ts';
import { runRepair } from './run-repair.ts';
import { runSearch } from './run-search.ts';
import { runSetBack } from './run-set-back.ts';
import { processTerminal } from './terminal.ts';

const USAGE = `npm run admin -- COMMAND [--stage local|dev|prod] [--region REGION] [--profile PROFILE]

  fsck    [--namespace ID] [--deep] [--json]
          looks whether everything that is stored agrees with everything else; --deep reads every byte
  repair  [--namespace ID] [--yes] [--log FILE]
          mends what can be mended without losing a byte; without --yes it only tells what it would do
  export  --namespace ID --to FOLDER [--at TIME | --trash]
          writes a namespace into a plain folder, as it is or as it was; repeated, it goes on
  reindex [--namespace ID] [--force]
          makes the search index anew beside the one that serves, if that is of another definition or --force is given, and lets
          it serve; repeated, it goes on. With --namespace it looks at all of one in the index that serves
  set-back --suffix=SUFFIX [--yes]
          while no function runs: makes all tables hold the rows of the tables with SUFFIX behind their names, which AWS has restored to
          an earlier point; without --yes it only tells how many rows differ
  epochs  [--yes] [--above EPOCH]
          after all tables were set back to an earlier point, and before anything is committed: tells devices that are ahead to
          merge; without --yes it only tells what it would do
  search  [--json]
          tells how the search index is: status, version, storage left, what waits for it and what was put aside

Exit code: 0 nothing is wrong, 1 something is, 2 it was called wrongly, 3 it could not come to its end.`;

const OPTIONS = {
  stage: { type: 'string', default: 'local' },
  region: { type: 'string' },
  profile: { type: 'string' },
  outputs: { type: 'string' },
  namespace: { type: 'string' },
  deep: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  log: { type: 'string' },
  to: { type: 'string' },
  at: { type: 'string' },
  trash: { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  above: { type: 'string', default: '0' },
  suffix: { type: 'string' },
} as const;

type Values = ReturnType<typeof readArguments>['values'];

async function run(): Promise<number> {
  const { command, values } = readArguments();
  // npm runs scripts in the project's folder; a person means the folder they are in.
  const base = process.env['INIT_CWD'] ?? process.cwd();
  const outputsFile =
    values.outputs === undefined
      ? path.join(import.meta.dirname, '..', '.local', 'outputs.json')
      : path.resolve(base, values.outputs);
  const stage = { ...values, outputsFile, environment: process.env };
  const namespaceId = readNamespace(values);
  if (command === 'reindex') {
    const terminal = processTerminal(() => systemClock.now());
    return runReindex(await openSearch(stage), terminal, { namespaceId, isForced: values.force });
  }
  if (command === 'search') {
    const terminal = processTerminal(() => systemClock.now());
    return runSearch(await openSearch(stage), terminal, { isJson: values.json });
  }
  if (command === 'set-back') {
    const terminal = processTerminal(() => systemClock.now());
    return runSetBack(await openTables(stage), terminal, { suffix: values.suffix, isDry: !values.yes });
  }
  const audit = openAudit(await openStage(stage));
  const terminal = processTerminal(() => audit.clock.now());
  switch (command) {
    case 'fsck':
      return runFsck(audit, terminal, { namespaceId, isDeep: values.deep, isJson: values.json });
    case 'repair': {
      const logFile = path.resolve(base, values.log ?? `syncline-repairs-${audit.clock.now()}.jsonl`);
      return runRepair(audit, terminal, { namespaceId, isDry: !values.yes, logFile });
    }
    case 'epochs':
      return runEpochs(audit, terminal, { above: readEpoch(values), isDry: !values.yes });
    case 'export':
      return runExport(audit, terminal, readExport(values, base));
    default:
      throw new AdminProblem({ what: `There is no command "${command}".`, remedy: USAGE });
  }
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
    const [command = ''] = positionals;
    return { command, values };
  } catch (error) {
    throw new AdminProblem({ what: error instanceof Error ? error.message : String(error), remedy: USAGE });
  }
}

function readExport(values: Values, base: string): ExportCommand {
  const namespaceId = readNamespace(values);
  if (namespaceId === undefined || values.to === undefined) {
    throw new AdminProblem({ what: 'An export needs --namespace and --to.', remedy: USAGE });
  }
  if (values.at !== undefined && values.trash) {
    throw new AdminProblem({ what: 'The trash can be exported as it is only.', remedy: 'Leave out --at or --trash.' });
  }
  const time = values.at === undefined ? undefined : Date.parse(values.at);
  if (time !== undefined && Number.isNaN(time)) {
    throw new AdminProblem({ what: `"${values.at}" is no time.`, remedy: 'Write it as 2026-11-26T09:30:00Z.' });
  }
  const at = time === undefined ? undefined : epochMs(time);
  return { namespaceId, to: path.resolve(base, values.to), at, withTrash: values.trash };
}

function readEpoch({ above }: Values): number {
  if (/^\d{1,4}$/.test(above)) return Number(above);
  throw new AdminProblem({
    what: `"${above}" is no epoch.`,
    remedy: 'Write the number that "epochs" has told when it was run last.',
  });
}

function readNamespace({ namespace }: Values): NamespaceId | undefined {
  if (namespace === undefined) return undefined;
  const namespaceId = NamespaceId.safeParse(namespace);
  if (namespaceId.success) return namespaceId.data;
  throw new AdminProblem({
    what: `"${namespace}" is no id of a namespace.`,
    remedy: 'It has 26 digits and capital letters.',
  });
}

const CALLED_WRONGLY = 2;
const NOT_ENDED = 3;

try {
  process.exitCode = await run();
} catch (error) {
  if (error instanceof AdminProblem) {
    process.stderr.write(`${error.message}\n\n${error.remedy}\n`);
    process.exitCode = CALLED_WRONGLY;
  } else if (error instanceof UnavailableError) {
    process.stderr.write(`AWS did not answer: ${error.message}. Run this again.\n`);
    process.exitCode = NOT_ENDED;
  } else {
    process.exitCode = NOT_ENDED;
    throw error;
  }
}
