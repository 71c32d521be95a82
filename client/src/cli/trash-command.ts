import { type NamespaceId, PAGE_ENTRIES_MAX, type TrashEntry } from '@syncline/protocol';
import type { Command } from 'commander';
import { formatBytes } from '../engine/format-bytes.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { commitOperation } from './commit-operation.ts';
import { escapeText, quote } from './escape-text.ts';
import { pathBelow, pathInAccount, readMountPaths } from './mount-paths.ts';
import type { Session } from './open-session.ts';
import { parseLimit } from './parse-limit.ts';
import { parseRemotePath, resolveDestination } from './remote-path.ts';

/** `path` is where it stood in the account, a shared folder included. */
interface Trashed extends TrashEntry {
  readonly namespaceId: NamespaceId;
}

/** Lines that are shown when nobody asks for more. */
const ENTRIES_SHOWN = 100;

interface TrashRestoreOptions {
  readonly to?: string;
}

export function registerTrash(program: Command, run: RunCommand): void {
  const trash = program.command('trash').description('Lists, restores and removes for good what was deleted.');
  trash
    .command('list', { isDefault: true })
    .description('Lists what was deleted, newest first.')
    .option('--limit <n>', 'how many things to tell', parseLimit, ENTRIES_SHOWN)
    .action(run(list));
  trash
    .command('restore')
    .description('Brings something back, a folder with all that it took along.')
    .argument('<what>', 'where it stood, or its id; of several from one place the newest')
    .option('--to <path>', 'its new path, or the folder to put it into')
    .action(run(restoreFromTrash));
  trash
    .command('purge')
    .description('Removes something for good: nothing brings it back.')
    .argument('<what>', 'where it stood, or its id')
    .action(run(purge));
}

async function list(
  context: CommandContext,
  _words: readonly [],
  { limit }: { readonly limit: number },
): Promise<void> {
  const session = await context.session();
  // One more than is told tells whether there are more.
  const found = await readTrash(session, context.signal, limit + 1);
  const entries = found.slice(0, limit);
  const hasMore = found.length > limit;
  const lines = entries.map((entry) => {
    const at = entry.deletedAt.slice(0, 16).replace('T', ' ');
    const size = entry.kind === 'folder' ? '-' : formatBytes(entry.size);
    return `${entry.nodeId}  ${at}  ${size.padStart(9)}  ${escapeText(entry.path)}${entry.kind === 'folder' ? '/' : ''}`;
  });
  if (hasMore) lines.push(`There is more: \`syncline trash --limit ${limit * 10}\` tells up to ${limit * 10}.`);
  context.output.result({ entries, hasMore }, lines.length === 0 ? ['The trash is empty.'] : lines);
}

/** Brings the newest thing that stood at a path, or the one of an id, back to its place or to another. */
export async function restoreFromTrash(
  context: CommandContext,
  [what]: readonly [string],
  options: TrashRestoreOptions,
): Promise<void> {
  const { signal, output } = context;
  const session = await context.session();
  const entries = await readTrash(session, signal);
  const [entry] = entriesOf(entries, what);
  if (entry === undefined) throw notInTrash(what, entries);
  const place = options.to === undefined ? undefined : await destinationOf(session, options.to, { entry, signal });
  const operation = { type: 'restore', nodeId: entry.nodeId, ...place } as const;
  const committed = await commitOperation(
    session,
    { operation, path: entry.path, namespaceId: entry.namespaceId },
    signal,
  ).catch((failure: unknown) => {
    throw withoutFolder(failure, entry);
  });
  const { node, conflict } = committed;
  // It is restored, whether or not the service can be asked once more.
  const found = await pathInAccount(session, node, signal).catch(() => undefined);
  const path = found ?? entry.path;
  const from = path === entry.path ? '' : `; it stood at ${quote(entry.path)}`;
  const note = conflict === undefined ? '' : ` Its name was taken: it is called ${quote(node.name)}.`;
  output.result({ entry, node, path }, [`Restored ${quote(path)}${from}.${note}`]);
}

async function purge(context: CommandContext, [what]: readonly [string]): Promise<void> {
  const session = await context.session();
  const trash = await readTrash(session, context.signal);
  const entries = entriesOf(trash, what);
  const [entry] = entries;
  if (entry === undefined) throw notInTrash(what, trash);
  if (entries.length > 1) {
    throw new CommandError({
      reason: 'conflict',
      code: 'ambiguous',
      message: `${entries.length} things that stood at ${quote(what)} are in the trash; nothing was removed.`,
      remedy: 'Give the id that `syncline trash` shows.',
    });
  }
  const operation = { type: 'purge', nodeId: entry.nodeId, deletedAt: entry.deletedAt } as const;
  const { path, namespaceId } = entry;
  await commitOperation(session, { operation, path, namespaceId }, context.signal);
  context.output.result({ entry }, [`Removed ${quote(entry.path)} for good.`]);
}

/** The trash of the account and of each shared folder that it has, newest first; with a limit, no more than that of each. */
async function readTrash(session: Session, signal: AbortSignal, limit?: number): Promise<readonly Trashed[]> {
  const mounts = await readMountPaths(session, signal);
  const tops = new Map<NamespaceId, string>([[session.account.homeNamespaceId, ''], ...mounts]);
  const entries: Trashed[] = [];
  for (const [namespaceId, top] of tops)
    entries.push(...(await readTrashOf(session, { namespaceId, top, limit }, signal)));
  // Instants of one form and in UTC stand in the order of their texts; each list is in order already.
  return mounts.size === 0 ? entries : entries.toSorted((left, right) => compareTexts(right.deletedAt, left.deletedAt));
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

async function readTrashOf(
  session: Session,
  place: { readonly namespaceId: NamespaceId; readonly top: string; readonly limit: number | undefined },
  signal: AbortSignal,
): Promise<readonly Trashed[]> {
  const { namespaceId, top, limit = Number.POSITIVE_INFINITY } = place;
  const entries: Trashed[] = [];
  let page: string | undefined;
  do {
    const pageLimit = Math.min(PAGE_ENTRIES_MAX, limit - entries.length);
    const query = { namespaceId, page, limit: String(pageLimit) };
    const answer = await session.api.listTrash({ query, signal });
    if (!answer.ok) throw problemError(answer.problem, top === '' ? 'The trash' : `The trash of ${quote(top)}`);
    const found = answer.value.entries;
    entries.push(...found.map((entry) => ({ ...entry, namespaceId, path: pathBelow(top, entry.path) })));
    page = answer.value.nextPage;
  } while (page !== undefined && entries.length < limit);
  return entries;
}

/** What an id or a path names, newest first. */
function entriesOf(entries: readonly Trashed[], what: string): readonly Trashed[] {
  const byId = entries.filter(({ nodeId }) => nodeId === what);
  if (byId.length > 0) return byId;
  const path = parseRemotePath(what);
  return entries.filter((entry) => entry.path === path.text && (!path.isFolder || entry.kind === 'folder'));
}

async function destinationOf(
  session: Session,
  to: string,
  { entry, signal }: { readonly entry: Trashed; readonly signal: AbortSignal },
) {
  const given = { path: parseRemotePath(to), ownName: entry.name };
  const { parent, name, path, present } = await resolveDestination(session, given, signal);
  if (parent.namespaceId !== entry.namespaceId) throw inAnotherFolder(entry, path.text);
  if (present === undefined) return { parentId: parent.nodeId, name };
  throw new CommandError({
    reason: 'conflict',
    code: 'exists',
    message: `${quote(path.text)} exists already; nothing was restored.`,
    remedy: 'Choose another name.',
  });
}

function inAnotherFolder({ path }: Trashed, to: string): CommandError {
  return new CommandError({
    reason: 'refused',
    code: 'other_shared_folder',
    message: `${quote(path)} and ${quote(to)} are in different shared folders; nothing was restored.`,
    remedy: 'Restore it to its place, then copy it with `syncline get` and `syncline put`.',
  });
}

/** Nothing was restored, because the folder that it stood in is deleted too: says how it comes back. Other failures stay as they are. */
function withoutFolder(failure: unknown, { path, nodeId }: Trashed): unknown {
  if (!(failure instanceof CommandError) || failure.code !== 'conflict_parent_deleted') return failure;
  const { reason, code } = failure;
  return new CommandError({
    reason,
    code,
    message: `The folder that ${quote(path)} stood in is deleted too; nothing was restored.`,
    remedy: `Restore that folder first, or this elsewhere: \`syncline trash restore ${nodeId} --to PATH\`.`,
    cause: failure,
  });
}

function notInTrash(what: string, entries: readonly Trashed[]): CommandError {
  const { text } = parseRemotePath(what);
  // What was deleted with its folder is no entry of its own.
  const above = entries.find(({ kind, path }) => kind === 'folder' && text.startsWith(`${path}/`));
  return new CommandError({
    reason: 'notFound',
    code: 'not_found',
    message: `Nothing that stood at ${quote(what)} is in the trash${above === undefined ? '' : ' by itself'}.`,
    remedy:
      above === undefined
        ? 'Look what there is with `syncline trash`.'
        : `The folder ${quote(above.path)} is in the trash; \`syncline trash restore ${above.nodeId}\` brings back all that was in it.`,
  });
}
