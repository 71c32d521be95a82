import { mkdir, realpath } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { type ConflictStrategy, NamespaceId } from '@syncline/protocol';
import type { Command } from 'commander';
import {
  type LinkedFolder,
  makeFolderId,
  readLinkedFolders,
  writeLinkedFolder,
} from '../platform/node/linked-folders.ts';
import { readRootMarker, writeRootMarker } from '../platform/node/root-marker.ts';
import { beingWiped } from './being-wiped.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { reloadDaemon } from './daemon-link.ts';
import { quote } from './escape-text.ts';
import { localFileError } from './local-file.ts';
import { onConflictOption } from './on-conflict-option.ts';
import type { Session } from './open-session.ts';

export function registerLink(program: Command, run: RunCommand): void {
  program
    .command('link')
    .description('Links a folder, so that `sync` keeps it the same as a namespace. Deletes nothing on either side.')
    .argument('<folder>', 'the folder; it is made when it does not exist')
    .option('--namespace <id>', "the namespace; without it, the account's own one")
    .addOption(onConflictOption())
    .action(run(link));
}

async function link(
  context: CommandContext,
  [given]: readonly [string],
  options: { readonly namespace?: string; readonly onConflict?: ConflictStrategy },
): Promise<void> {
  const session = await context.session();
  const namespaceId = parseNamespace(options.namespace) ?? session.account.homeNamespaceId;
  const path = await makeRoot(given);
  const answer = await session.api.listTree({ query: { namespaceId, limit: '1' }, signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, 'The namespace');
  const folder = await linkFolder(session, { path, namespaceId, onConflict: options.onConflict });
  const runs = await reloadDaemon(context);
  const next = runs
    ? 'It is being synced; `syncline status` tells how it gets on.'
    : '`syncline start` keeps it the same as the service from now on.';
  context.output.result(folder, [`Linked ${quote(folder.path)}. ${next} Both sides are merged, nothing is deleted.`]);
}

/** Linking a folder twice is one link. */
async function linkFolder(
  session: Session,
  wanted: Pick<LinkedFolder, 'path' | 'namespaceId'> & { readonly onConflict: ConflictStrategy | undefined },
): Promise<LinkedFolder> {
  const { home, deviceId, account } = session;
  const folders = await readLinkedFolders(home);
  const known = folders.find((folder) => folder.path === wanted.path);
  // A new link would not say any more that what is missing in it was removed, and not deleted.
  if (known?.wiping === true) throw beingWiped();
  const nested = folders.find((folder) => folder !== known && isNested(folder.path, wanted.path));
  if (nested !== undefined) throw inTheWay(wanted.path, `lies in or around the linked folder ${quote(nested.path)}`);
  if (known !== undefined && known.namespaceId !== wanted.namespaceId) {
    throw inTheWay(wanted.path, 'is linked with another namespace');
  }
  const marker = await readRootMarker(wanted.path);
  if (marker !== 'missing' && (marker === 'damaged' || marker.folderId !== known?.folderId)) {
    throw inTheWay(wanted.path, 'is linked by another installation, or was so once');
  }
  const around = await linkedAbove(wanted.path);
  if (around !== undefined && !folders.some((folder) => folder.path === around)) {
    throw inTheWay(wanted.path, `lies in ${quote(around)}, which is linked by another installation, or was so once`);
  }
  const { path, namespaceId } = wanted;
  const onConflict = wanted.onConflict ?? known?.onConflict ?? 'keep_both';
  const folderId = known?.folderId ?? makeFolderId();
  const { paused = false, excluded = [] } = known ?? {};
  const { accountId } = account;
  const folder = { folderId, path, namespaceId, deviceId, accountId, onConflict, paused, excluded };
  await writeLinkedFolder(home, folder);
  await writeRootMarker(folder.path, { folderId, deviceId, namespaceId });
  return folder;
}

/** The nearest folder above that is linked, by whatever installation: two that sync one in the other would send each other's copies without end. */
async function linkedAbove(path: string): Promise<string | undefined> {
  for (let above = dirname(path), below = path; above !== below; [above, below] = [dirname(above), above]) {
    if (typeof (await readRootMarker(above)) === 'object') return above;
  }
  return undefined;
}

async function makeRoot(given: string): Promise<string> {
  try {
    await mkdir(resolve(given), { recursive: true });
    return await realpath(given);
  } catch (cause) {
    throw localFileError(given, cause);
  }
}

function parseNamespace(given: string | undefined): NamespaceId | undefined {
  if (given === undefined) return undefined;
  const parsed = NamespaceId.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new CommandError({
    reason: 'usage',
    code: 'usage',
    message: `${quote(given)} is no id of a namespace.`,
    remedy: 'An id has 26 characters.',
  });
}

function isNested(one: string, other: string): boolean {
  return one === other || one.startsWith(other + sep) || other.startsWith(one + sep);
}

function inTheWay(path: string, why: string): CommandError {
  return new CommandError({
    reason: 'conflict',
    code: 'already_linked',
    message: `${quote(path)} ${why}.`,
    remedy:
      'Choose another folder. If that link is of no use any more, end it with `syncline unlink`, or remove `.syncline/marker.json` in the folder.',
  });
}
