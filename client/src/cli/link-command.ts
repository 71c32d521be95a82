import { lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { type ConflictStrategy, NamespaceId } from '@syncline/protocol';
import type { Command } from 'commander';
import { errorCode } from '../platform/node/error-code.ts';
import { describeForeignLink } from '../platform/node/foreign-link.ts';
import { findLinkedBelow } from '../platform/node/linked-below.ts';
import {
  type LinkedFolder,
  makeFolderId,
  readLinkedFolders,
  removeLinkedFolder,
  writeLinkedFolder,
} from '../platform/node/linked-folders.ts';
import { findStrayFolder, holdsSyncedObjects, isLinkedFolder } from '../platform/node/moved-link.ts';
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
  const { folder, how } = await linkFolder(session, { path, namespaceId, onConflict: options.onConflict });
  const runs = await reloadDaemon(context);
  const next = runs
    ? 'It is being synced; `syncline status` tells how it gets on.'
    : '`syncline start` keeps it the same as the service from now on.';
  context.output.result(folder, [
    `${describeLink(folder, how)} ${next}${how === 'moved' || how === 'known' ? '' : MERGED}`,
  ]);
}

/**
 * `known`: it is linked already. `moved`: it was linked, and stands at another place now. `copied`: a copy of it has taken its place. `replaced`:
 * another folder stands where the linked one did.
 */
type LinkedHow = 'linked' | 'known' | 'moved' | 'copied' | 'replaced';

const MERGED = ' Both sides are merged, nothing is deleted.';

function describeLink({ path }: LinkedFolder, how: LinkedHow): string {
  switch (how) {
    case 'linked':
      return `Linked ${quote(path)}.`;
    case 'known':
      return `${quote(path)} is linked already, and goes on where it was.`;
    case 'replaced':
      return `${quote(path)} is not the folder that was linked there. It is linked in its place, as a new one.`;
    case 'moved':
      return `${quote(path)} is a linked folder that was moved. Its link has moved with it and goes on where it was.`;
    case 'copied':
      return `${quote(path)} is a copy of a linked folder that is not there any more. The copy is linked in its place.`;
  }
}

interface WantedLink extends Pick<LinkedFolder, 'path' | 'namespaceId'> {
  readonly onConflict: ConflictStrategy | undefined;
}

/** Linking a folder twice is one link, and so is linking it where it was moved to. */
async function linkFolder(
  session: Session,
  wanted: WantedLink,
): Promise<{ readonly folder: LinkedFolder; readonly how: LinkedHow }> {
  const { home, deviceId, account } = session;
  const folders = await readLinkedFolders(home);
  const stray = await findStrayFolder(folders, wanted.path);
  const known = stray?.folder ?? folders.find((folder) => folder.path === wanted.path);
  if (known !== undefined) refuseOther(known, wanted, account);
  if (stray?.kind === 'copied') throw copyOf(wanted.path, stray.folder);
  await refuseAround(wanted.path, { folders, known, home, deviceId });
  const { path, namespaceId } = wanted;
  const onConflict = wanted.onConflict ?? known?.onConflict ?? 'keep_both';
  // What was agreed on is of these objects. Of a copy, or of another folder at the place, it would make deletes of whatever that lacks.
  const isAnother = known !== undefined && !(await isLinkedFolder(home, known, path));
  const linkedHere = folders.find((folder) => folder.path === path && folder !== known);
  const folderId = (isAnother ? linkedHere : known)?.folderId ?? makeFolderId();
  const { paused = false, excluded = [] } = known ?? {};
  const { accountId, address } = account;
  const settings = { onConflict, paused, excluded, ...(address === undefined ? {} : { address }) };
  const folder = { folderId, path, namespaceId, deviceId, accountId, ...settings };
  await writeLinkedFolder(home, folder);
  await writeRootMarker(path, { folderId, deviceId, namespaceId }).catch(async (cause: unknown) => {
    const before = folders.find((one) => one.folderId === folderId);
    // A link without its marker would be told as a folder that is not there.
    await (before === undefined ? removeLinkedFolder(home, folderId) : writeLinkedFolder(home, before));
    throw localFileError(join(path, '.syncline'), cause);
  });
  if (isAnother) await removeLinkedFolder(home, known.folderId);
  if (stray !== undefined) return { folder, how: isAnother ? 'copied' : 'moved' };
  return { folder, how: isAnother ? 'replaced' : known === undefined ? 'linked' : 'known' };
}

/** @throws CommandError where a link that is known of this folder cannot become the wanted one. */
function refuseOther(known: LinkedFolder, wanted: WantedLink, account: Session['account']): void {
  // A new link would not say any more that what is missing in it was removed, and not deleted.
  if (known.wiping === true) throw beingWiped();
  const foreign = describeForeignLink(known, account);
  if (foreign !== undefined) throw inTheWay(wanted.path, foreign.message, foreign.remedy);
  if (known.namespaceId !== wanted.namespaceId) throw inTheWay(wanted.path, 'is linked with another namespace');
}

/** The links of this installation. */
interface OwnLinks {
  readonly folders: readonly LinkedFolder[];
  readonly known: LinkedFolder | undefined;
  readonly home: string;
  readonly deviceId: LinkedFolder['deviceId'];
}

/** @throws CommandError where another link lies in or around a folder, or is its own. */
async function refuseAround(path: string, { folders, known, home, deviceId }: OwnLinks): Promise<void> {
  const nested = folders.find((folder) => folder !== known && isNested(folder.path, path));
  if (nested !== undefined) throw inTheWay(path, `lies in or around the linked folder ${quote(nested.path)}`);
  const marker = await readRootMarker(path);
  if (marker === 'damaged') {
    if (!(await isFolderOrAbsent(join(path, '.syncline')))) throw nameTaken(path);
    if (known === undefined || !holdsSyncedObjects(home, known, path)) throw damagedMarker(path);
  } else if (marker !== 'missing' && marker.folderId !== known?.folderId && marker.deviceId !== deviceId) {
    // One of this very device is left over from a link that was ended while the folder was not at its place.
    throw inTheWay(path, 'is linked by another installation, or was so once');
  }
  const around = await linkedAbove(path);
  if (around !== undefined && !folders.some((folder) => folder.path === around)) {
    throw inTheWay(path, `lies in ${quote(around)}, which is linked by another installation, or was so once`);
  }
  const below = await findLinkedBelow(path, folders);
  if (below !== undefined) throw linkedBelow(path, below);
}

async function isFolderOrAbsent(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  return stat === undefined || stat.isDirectory();
}

function nameTaken(path: string): CommandError {
  return inTheWay(
    path,
    'holds something called `.syncline`, which is no folder',
    `Rename it: Syncline keeps its own things in a folder of that name.`,
  );
}

function damagedMarker(path: string): CommandError {
  return inTheWay(
    path,
    'was linked once, and its marker cannot be read now',
    'If nothing syncs it any more, remove `.syncline/marker.json` in it and repeat the command. No file is lost by that.',
  );
}

function copyOf(path: string, { path: original }: LinkedFolder): CommandError {
  return inTheWay(
    path,
    `is a copy of the linked folder ${quote(original)}, which is still there`,
    `To go on with the copy, move ${quote(original)} away and repeat the command. To link both, remove \`.syncline/marker.json\` in the copy first.`,
  );
}

function linkedBelow(path: string, below: string): CommandError {
  return inTheWay(
    path,
    `lies around ${quote(below)}, which is linked by another installation, or was so once`,
    `Link another folder; or end that link there with \`syncline unlink\`. If ${quote(below)} is only a copy of a linked folder, or its installation is gone, remove \`.syncline/marker.json\` in it.`,
  );
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
    // A folder that is there already is no failure: a file is.
    throw errorCode(cause) === 'EEXIST' ? isFile(given) : localFileError(given, cause);
  }
}

function isFile(given: string): CommandError {
  return new CommandError({
    reason: 'localFile',
    code: 'not_a_folder',
    message: `${quote(given)} is a file.`,
    remedy: 'Name a folder to keep in sync; `syncline put` stores a single file.',
  });
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

function inTheWay(path: string, why: string, remedy = CHOOSE_ANOTHER): CommandError {
  return new CommandError({ reason: 'conflict', code: 'already_linked', message: `${quote(path)} ${why}.`, remedy });
}

const CHOOSE_ANOTHER =
  'Choose another folder. If that link is of no use any more, end it with `syncline unlink`, or remove `.syncline/marker.json` in the folder.';
