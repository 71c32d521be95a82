import type { Node } from '@syncline/protocol';
import type { Command } from 'commander';
import { changeFolderSettings, type LinkedFolder } from '../platform/node/linked-folders.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { reloadDaemon } from './daemon-link.ts';
import { escapeText, quote } from './escape-text.ts';
import { findLinkedFolders } from './linked-folder.ts';
import { locate } from './locate.ts';

type Excluded = LinkedFolder['excluded'][number];

export function registerExclude(program: Command, run: RunCommand): void {
  program
    .command('exclude')
    .description(
      'Takes a folder from this computer and keeps it at the service; without a folder, lists what is excluded.',
    )
    .argument('[folder]', 'a folder in a linked folder, with all that is in it')
    .action(run(exclude));
}

export function registerInclude(program: Command, run: RunCommand): void {
  program
    .command('include')
    .description('Brings an excluded folder back to this computer.')
    .argument('<folder>', 'as `syncline exclude` lists it')
    .action(run(include));
}

async function exclude(context: CommandContext, [given]: readonly [string | undefined]): Promise<void> {
  if (given === undefined) return list(context);
  const { folder, path } = await locate(context.home, given);
  const node = await requireFolder(context, { folder, path, given });
  // The intent is recorded before anything leaves the disk: so nothing that is gone then is ever taken for deleted.
  const others = folder.excluded.filter(({ nodeId }) => nodeId !== node.nodeId);
  await change(context, folder, [...others, { nodeId: node.nodeId, path }]);
  context.output.result({ folder: folder.path, path, nodeId: node.nodeId }, [
    `${quote(given)} is excluded from this computer; the service keeps it. What is on the disk goes into \`.syncline/trash\` with the next sync, once all of it is stored.`,
  ]);
}

async function include(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const { folder, path } = await locate(context.home, given);
  const found = folder.excluded.find((one) => one.path === path);
  if (found === undefined) {
    throw new CommandError({
      reason: 'notFound',
      code: 'not_excluded',
      message: `${quote(given)} is not excluded.`,
      remedy: '`syncline exclude` lists what is.',
    });
  }
  await change(
    context,
    folder,
    folder.excluded.filter((one) => one !== found),
  );
  context.output.result({ folder: folder.path, ...found }, [`${quote(given)} comes back with the next sync.`]);
}

async function list({ home, output }: CommandContext): Promise<void> {
  const folders = await findLinkedFolders(home, undefined);
  const excluded = folders.flatMap((folder) => folder.excluded.map((one) => ({ folder: folder.path, ...one })));
  const lines = excluded.map(({ folder, path }) => `${escapeText(folder)}/${escapeText(path)}`);
  output.result({ excluded }, lines.length === 0 ? ['Nothing is excluded.'] : lines);
}

async function change(context: CommandContext, folder: LinkedFolder, excluded: readonly Excluded[]): Promise<void> {
  await changeFolderSettings(context.home, folder.folderId, { excluded: [...excluded] });
  await reloadDaemon(context);
}

async function requireFolder(
  context: CommandContext,
  { folder, path, given }: { readonly folder: LinkedFolder; readonly path: string; readonly given: string },
): Promise<Node> {
  const { api } = await context.session();
  const { namespaceId } = folder;
  const answer = await api.resolvePath({ query: { path: `/${path}`, namespaceId }, signal: context.signal });
  if (answer.ok && answer.value.node.kind === 'folder') return answer.value.node;
  if (!answer.ok && answer.problem.code !== 'not_found') throw problemError(answer.problem, quote(given));
  throw new CommandError({
    reason: 'notFound',
    code: 'no_stored_folder',
    message: `The service has no folder ${quote(path)}.`,
    remedy: answer.ok
      ? 'Only folders can be excluded; a file can be ignored with `syncline ignore add`.'
      : 'Only what the service keeps can leave the disk: sync it first.',
  });
}
