import type { Node, Problem, RestoreChange } from '@syncline/protocol';
import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { commitOperation } from './commit-operation.ts';
import { nudgeDaemon } from './daemon-link.ts';
import { requireDevice } from './devices-command.ts';
import { escapeText, quote } from './escape-text.ts';
import { requireFile } from './get-command.ts';
import { placeOf } from './mount-paths.ts';
import { onRevision } from './on-revision.ts';
import type { Session } from './open-session.ts';
import { parseMoment } from './parse-moment.ts';
import { parseRevision } from './parse-revision.ts';
import { enterMount, findNode, notAFolder, parseRemotePath, type RemotePath } from './remote-path.ts';
import { restoreFromTrash } from './trash-command.ts';

interface RestoreOptions {
  readonly rev?: number;
  readonly at?: string;
  readonly device?: string;
  readonly dryRun?: boolean;
}

export function registerRestore(program: Command, run: RunCommand): void {
  program
    .command('restore')
    .description('Brings back what was deleted, an older revision of a file, or how a folder was at a time.')
    .argument('<path>', 'where it stands or stood')
    .option('--rev <n>', 'the revision to bring back, as `syncline history` numbers them', parseRevision)
    .option('--at <time>', 'set it back to this time: "2026-01-31 17:45", or 90min, 2h, 3d ago', (text) =>
      parseMoment(text, Date.now()),
    )
    .option('--device <device>', 'undo only what this device did since; its id or name')
    .option('--dry-run', 'tell what would be changed, and change nothing')
    .action(run(restore));
}

async function restore(context: CommandContext, [given]: readonly [string], options: RestoreOptions): Promise<void> {
  const path = parseRemotePath(given);
  const { rev, at } = options;
  if (at !== undefined && rev === undefined) return restoreTree(context, path, { ...options, at });
  if (at !== undefined || options.device !== undefined || options.dryRun === true) {
    throw new CommandError({
      reason: 'usage',
      code: 'usage',
      message: '--device and --dry-run go with --at alone, and --at goes without --rev.',
      remedy: 'See `syncline restore --help`.',
    });
  }
  if (rev !== undefined) return restoreRevision(context, path, rev);
  const session = await context.session();
  const node = await findNode(session, path, context.signal);
  if (node === undefined) return restoreFromTrash(context, [given], {});
  context.output.result({ path: path.text, node }, [
    `${quote(path.text)} is there. An older revision comes back with --rev N, an earlier state with --at TIME.`,
    `Something else that had this name and was deleted comes back with \`syncline trash restore ${quote(path.text)}\`.`,
  ]);
}

async function restoreRevision(context: CommandContext, path: RemotePath, rev: number): Promise<void> {
  const session = await context.session();
  const { signal } = context;
  const file = await requireFile(session, path, signal);
  const { namespaceId, nodeId } = file;
  const operation = { type: 'restore', nodeId, rev } as const;
  const { node } = await onRevision(session, { node: file, rev, path: path.text, signal }, () =>
    commitOperation(session, { operation, path: path.text, namespaceId }, signal),
  );
  context.output.result({ path: path.text, node }, [
    `Revision ${rev} of ${quote(path.text)} is the present one again, as revision ${node.contentRev}.`,
  ]);
}

/** Sets back page by page. A command that was stopped goes on when it is repeated: what is as it was needs no change. */
async function restoreTree(
  context: CommandContext,
  path: RemotePath,
  { at, device, dryRun }: RestoreOptions & { readonly at: string },
): Promise<void> {
  const { signal, output } = context;
  const session = await context.session();
  const { namespaceId, nodeId } = await enterMount(session, await requireLive(session, path, signal), signal);
  const deviceId = device === undefined ? undefined : (await requireDevice(session, device, signal)).deviceId;
  if (path.names.length === 0 && deviceId === undefined) await refuseBeforeAccount(session, at, signal);
  const asked = { namespaceId, nodeId, at, dryRun: dryRun === true, ...(deviceId === undefined ? {} : { deviceId }) };
  const place = await placeOf(session, namespaceId, signal);
  const progress = output.progress(`Restoring ${path.text}`);
  const changes: RestoreChange[] = [];
  let seq = 0;
  try {
    let page: string | undefined;
    do {
      const answer = await session.api.restoreTree({ body: page === undefined ? asked : { ...asked, page }, signal });
      if (!answer.ok) throw notSetBack(answer.problem, path);
      changes.push(...answer.value.changes.map((change) => ({ ...change, path: place(change.path) })));
      seq = answer.value.seq;
      page = answer.value.nextPage;
    } while (page !== undefined);
  } finally {
    progress.end();
  }
  if (dryRun !== true) await nudgeDaemon(session);
  const left = changes.filter(({ obstacle }) => obstacle !== undefined).length;
  output.result({ path: path.text, at, seq, dryRun: dryRun === true, changes }, [
    ...changes.map(describe),
    summary(path, { changed: changes.length - left, left, at, isDryRun: dryRun === true }),
  ]);
}

/** What is to be set back has to be there: the restore leaves it where it stands. */
async function requireLive(session: Session, path: RemotePath, signal: AbortSignal): Promise<Node> {
  const node = await findNode(session, path, signal);
  if (path.isFolder && node?.kind === 'file') throw notAFolder(path);
  if (node !== undefined) return node;
  throw new CommandError({
    reason: 'notFound',
    code: 'not_found',
    message: `${quote(path.text)} does not exist now, so it cannot be set back.`,
    remedy: `If it was deleted, bring it back first: \`syncline restore ${quote(path.text)}\`. If it was renamed or moved, name it as \`syncline ls\` shows it, or a folder above it.`,
  });
}

/** Before there was an account there was nothing: to go back to that would be to delete all that it has. */
async function refuseBeforeAccount(session: Session, at: string, signal: AbortSignal): Promise<void> {
  const answer = await session.api.getAccount({ signal });
  if (!answer.ok) throw problemError(answer.problem, 'The account');
  const { createdAt } = answer.value;
  if (at >= createdAt) return;
  throw new CommandError({
    reason: 'refused',
    code: 'before_account',
    message: `The account was made later, at ${createdAt}; at ${at} there was nothing in it. Nothing was changed.`,
    remedy: WHEN_WHAT_WAS('/'),
  });
}

/** Most refusals are about the time, such as one before the folder was made or shared. */
function notSetBack(problem: Problem, path: RemotePath): CommandError {
  const { reason, code, message, remedy } = problemError(problem, quote(path.text));
  if (problem.code !== 'invalid_request') return new CommandError({ reason, code, message, remedy });
  return new CommandError({ reason, code, message, remedy: WHEN_WHAT_WAS(path.text) });
}

const WHEN_WHAT_WAS = (path: string) =>
  `\`syncline activity ${quote(path)}\` tells what was done when; \`syncline rm\` takes away what you do not want.`;

const ACTIONS = {
  restore: 'bring back',
  revert: 'set back',
  move: 'move to',
  delete: 'delete',
  leave: 'leave',
} as const satisfies Record<RestoreChange['action'], string>;

const OBSTACLES = {
  purged: 'it was removed for good',
  content_gone: 'that revision is not kept any more',
  parent_missing: 'the folder that it stood in is not there',
  name_taken: 'something else has its name there',
  not_empty: 'something lies in it that stays',
  changed_by_others: 'another device has changed it since',
  changed_since: 'it was changed meanwhile',
  refused: 'the service refused it',
} as const satisfies Record<NonNullable<RestoreChange['obstacle']>, string>;

function describe({ action, path, kind, rev, obstacle }: RestoreChange): string {
  const name = `${escapeText(path)}${kind === 'folder' ? '/' : ''}`;
  const revision = rev === undefined ? '' : `  (revision ${rev})`;
  const why = obstacle === undefined ? '' : `  (left: ${OBSTACLES[obstacle]})`;
  return `${ACTIONS[action].padEnd(10)}  ${name}${revision}${why}`;
}

function summary(
  path: RemotePath,
  what: { readonly changed: number; readonly left: number; readonly at: string; readonly isDryRun: boolean },
): string {
  const { changed, left, at, isDryRun } = what;
  if (changed + left === 0) return `${quote(path.text)} is as it was at ${at}.`;
  const rest = left === 0 ? '' : `, ${left} left as they are`;
  const done = isDryRun ? 'would be made' : 'made';
  return `${changed} ${changed === 1 ? 'change' : 'changes'} ${done}${rest}; ${quote(path.text)} as of ${at}.`;
}
