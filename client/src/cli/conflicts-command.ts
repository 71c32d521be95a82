import { type Command, Option } from 'commander';
import type { DaemonConnection } from '../daemon/control-client.ts';
import { type PlainConflict, plainConflict } from '../daemon/plain-conflict.ts';
import {
  type Conflict,
  type ConflictChoice,
  type ConflictOutcome,
  listConflicts,
  STRATEGY_OF,
  settleCopy,
} from '../engine/conflicts.ts';
import { type LinkedFolder, lockToSync, readLinkedFolders } from '../platform/node/linked-folders.ts';
import { openEngine } from '../sync/open-engine.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { askDaemon } from './daemon-link.ts';
import { escapeText, quote } from './escape-text.ts';
import { findLinkedFolders } from './linked-folder.ts';
import { locate } from './locate.ts';
import { readOfflineFolder } from './offline-folder.ts';
import { outcomeFailure } from './sync-report.ts';

export function registerConflicts(program: Command, run: RunCommand): void {
  const conflicts = program
    .command('conflicts')
    .description('Lists files that were changed in two places at once, and settles them.');
  conflicts
    .command('list', { isDefault: true })
    .description('Lists the files of which two versions are kept until somebody has chosen.')
    .argument('[folder]', 'a linked folder; without it, all of them')
    .action(run(list));
  conflicts
    .command('resolve')
    .description('Settles one conflict. What gives way stays as an earlier revision, or in the trash.')
    .argument('<path>', 'the file, or its conflicted copy')
    .addOption(
      new Option('--keep <which>', 'mine: the conflicted copy; theirs: the file that kept the name; or both')
        .choices(['mine', 'theirs', 'both'] satisfies ConflictChoice[])
        .makeOptionMandatory(),
    )
    .action(run(resolve));
}

interface FolderConflicts {
  readonly folder: LinkedFolder;
  readonly conflicts: readonly PlainConflict[];
  readonly conflictCount: number;
}

async function list(context: CommandContext, [given]: readonly [string | undefined]): Promise<void> {
  const { home, output } = context;
  const folders = given === undefined ? await readLinkedFolders(home) : await findLinkedFolders(home, given);
  const asked = await askDaemon(context, (daemon) => readFromDaemon(daemon, folders));
  const listed = asked ?? (await readHere(context, folders));
  const lines = listed.flatMap(describe);
  output.result(
    {
      folders: listed.map(({ folder, conflicts, conflictCount }) => ({ path: folder.path, conflicts, conflictCount })),
    },
    lines.length > 0 ? [...lines, HOW] : ['There are no conflicts.'],
  );
}

const HOW = 'Settle one with `syncline conflicts resolve FILE --keep mine`, or `theirs`, or `both`.';

async function readFromDaemon(
  daemon: DaemonConnection,
  folders: readonly LinkedFolder[],
): Promise<readonly FolderConflicts[]> {
  const answered = await daemon.request('conflicts', {});
  return folders.map((folder) => {
    const known = answered.folders.find(({ folderId }) => folderId === folder.folderId);
    return { folder, conflicts: known?.conflicts ?? [], conflictCount: known?.conflictCount ?? 0 };
  });
}

async function readHere(
  context: CommandContext,
  folders: readonly LinkedFolder[],
): Promise<readonly FolderConflicts[]> {
  const listed: FolderConflicts[] = [];
  for (const folder of folders) {
    const conflicts = await readOfflineFolder(context, folder, (seen) =>
      seen.kind === 'read' ? listConflicts(seen.trees, seen.status).map(plainConflict) : [],
    );
    listed.push({ folder, conflicts, conflictCount: conflicts.length });
  }
  return listed;
}

function describe({ folder, conflicts, conflictCount }: FolderConflicts): readonly string[] {
  const lines = conflicts.flatMap((conflict) => {
    const file = quote(`${folder.path}/${conflict.path}`);
    if (conflict.copyPath === undefined) {
      return [file, '  mine: what is here; theirs: what the service has. Neither has been carried over.'];
    }
    const time = conflict.at?.slice(0, 16).replace('T', ' ') ?? '';
    const copy = quote(conflict.copyPath.slice(conflict.copyPath.lastIndexOf('/') + 1));
    return [file, `  mine: the change of ${quote(conflict.deviceName ?? '')} of ${time} UTC, in ${copy}`];
  });
  const left = conflictCount - conflicts.length;
  return left > 0 ? [...lines, `… and ${left} more in ${quote(folder.path)}.`] : lines;
}

async function resolve(
  context: CommandContext,
  [given]: readonly [string],
  options: { readonly keep: ConflictChoice },
): Promise<void> {
  const { folder, path } = await locate(context.home, given);
  const asked = await askDaemon(context, async (daemon) => {
    const [known] = await readFromDaemon(daemon, [folder]);
    const { conflictId, kind } = find(known?.conflicts ?? [], path, given);
    const input = { folderId: folder.folderId, conflictId, choice: options.keep };
    const answer = await daemon.request('settle-conflict', input, { msMax: 'none', signal: context.signal });
    return { kind, outcome: answer.outcome };
  });
  const { kind, outcome } = asked ?? (await resolveHere(context, { folder, path, given, choice: options.keep }));
  if (outcome !== 'settled') throw notSettled(given, outcome);
  const isSent = asked !== undefined || kind === 'unsettled';
  context.output.result({ folder: folder.path, path, kept: options.keep }, [
    `${quote(given)} is settled${isSent ? '' : ' here'}: ${KEPT[kind][options.keep]}.${isSent ? '' : CARRY}`,
  ]);
}

/** Of what has changed on the disk alone. */
const CARRY = ' `syncline sync --once` carries it to the service.';

const KEPT: Readonly<Record<Conflict['kind'], Readonly<Record<ConflictChoice, string>>>> = {
  copy: {
    mine: 'the conflicted copy has taken the place of the file',
    theirs: 'the file stays, the conflicted copy goes',
    both: 'both stay, under ordinary names',
  },
  unsettled: {
    mine: 'what is here takes the place of what the service has',
    theirs: 'what the service has takes the place of what is here',
    both: 'both stay, one of them as a conflicted copy',
  },
};

interface Resolving {
  readonly folder: LinkedFolder;
  readonly path: string;
  readonly given: string;
  readonly choice: ConflictChoice;
}

interface Resolved {
  readonly kind: Conflict['kind'];
  readonly outcome: ConflictOutcome;
}

async function resolveHere(context: CommandContext, job: Resolving): Promise<Resolved> {
  const { folder, path, given, choice } = job;
  const lock = await lockToSync(context.home, folder.folderId);
  if (lock === undefined) throw notSettled(given, 'changed');
  try {
    const seen = await readOfflineFolder(context, folder, async (offline): Promise<Resolved> => {
      if (offline.kind !== 'read') return { kind: 'copy', outcome: 'changed' };
      const conflict = find(listConflicts(offline.trees, offline.status), path, given);
      const { kind } = conflict;
      return { kind, outcome: kind === 'unsettled' ? 'unknown' : await settleCopy(offline, conflict, choice) };
    });
    return seen.kind === 'unsettled' ? { ...seen, outcome: await settleBySync(context, job) } : seen;
  } finally {
    lock.release();
  }
}

/** What stands on this disk alone is settled by a sync of its folder, which sends it or lets it give way. Precondition: the caller has its lock. */
async function settleBySync(context: CommandContext, { folder, path, choice }: Resolving): Promise<ConflictOutcome> {
  const session = await context.session();
  const { home, deviceName } = session;
  const { engine, close } = openEngine(session, { folder, home, deviceName, signal: context.signal });
  try {
    engine.settleConflict(path, STRATEGY_OF[choice]);
    const outcome = await engine.sync({ acceptDeletes: false });
    const isDone = outcome.kind === 'rested' || outcome.kind === 'unrested';
    const failure = isDone ? undefined : outcomeFailure(outcome, folder.path);
    if (failure !== undefined) throw failure;
    const problem = outcome.problems.find((one) => one.path === path);
    if (problem === undefined) return 'settled';
    if (problem.reason === 'conflict') return 'changed';
    throw new CommandError({
      reason: 'partial',
      code: 'partial',
      message: `${quote(`${folder.path}/${path}`)} is not settled yet: ${escapeText(problem.detail)}`,
      remedy: 'Repeat the command when that is mended.',
    });
  } finally {
    close();
  }
}

function find<T extends Pick<Conflict, 'path' | 'copyPath'> | PlainConflict>(
  conflicts: readonly T[],
  path: string,
  given: string,
): T {
  const found = conflicts.filter((conflict) => conflict.path === path || conflict.copyPath === path);
  const [conflict] = found;
  if (conflict !== undefined && found.length === 1) return conflict;
  throw new CommandError({
    reason: found.length === 0 ? 'notFound' : 'conflict',
    code: found.length === 0 ? 'no_conflict' : 'ambiguous',
    message: found.length === 0 ? `${quote(given)} has no conflict.` : `${quote(given)} has several conflicted copies.`,
    remedy: found.length === 0 ? '`syncline conflicts` lists them.' : 'Name the copy that you mean.',
  });
}

const SHOWN = '`syncline conflicts` shows how it is.';

/** Why nothing was done, and what to do. */
const NOT_SETTLED: Readonly<Record<Exclude<ConflictOutcome, 'settled'>, readonly [why: string, remedy: string]>> = {
  unknown: ['somebody else has settled it', SHOWN],
  changed: ['one of the two files has just changed, or is not here', SHOWN],
  'name-taken': [
    'a folder has the name of the file, so the conflicted copy cannot have it',
    'Rename or move the folder and repeat the command, or use `--keep theirs` or `--keep both`.',
  ],
  'read-only': [
    'you may only read this shared folder, so nothing that the service has of it is changed',
    'Ask the owner to make you an editor. A copy that is on this disk alone you can also let go with `--keep theirs`, or move into a folder of your own.',
  ],
};

function notSettled(given: string, outcome: Exclude<ConflictOutcome, 'settled'>): CommandError {
  const [why, remedy] = NOT_SETTLED[outcome];
  const message = `${quote(given)} is not settled: ${why}.`;
  return new CommandError({ reason: 'conflict', code: 'conflict_not_settled', message, remedy });
}
