import type { Node } from '@syncline/protocol';
import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { commitOperation } from './commit-operation.ts';
import { quote } from './escape-text.ts';
import type { Session } from './open-session.ts';
import { parseRemotePath, requireNode, splitRemotePath } from './remote-path.ts';

export function registerRm(program: Command, run: RunCommand): void {
  program
    .command('rm')
    .description('Puts a file or folder into the trash.')
    .argument('<path>', 'the file or folder')
    .option('-r, --recursive', 'a folder with all that is in it')
    .action(run(remove));
}

async function remove(
  context: CommandContext,
  [given]: readonly [string],
  options: { readonly recursive?: boolean },
): Promise<void> {
  const path = parseRemotePath(given);
  splitRemotePath(path);
  const session = await context.session();
  const node = await requireNode(session, path, context.signal);
  if (node.kind === 'mount') {
    throw new CommandError({
      reason: 'refused',
      code: 'is_shared',
      message: `${quote(path.text)} is a shared folder, which lives on for others; nothing was removed.`,
      remedy:
        'Leave it with `syncline leave`; its owner hands it over first, or ends the sharing with `syncline unshare`.',
    });
  }
  if (node.kind === 'folder' && options.recursive !== true) {
    throw new CommandError({
      reason: 'refused',
      code: 'is_a_folder',
      message: `${quote(path.text)} is a folder; nothing was removed.`,
      remedy: 'Remove it with all that is in it by `syncline rm -r`.',
    });
  }
  const baseSeq = node.kind === 'folder' ? await readHead(session, node, context.signal) : undefined;
  const operation = {
    type: 'delete',
    nodeId: node.nodeId,
    baseRev: node.rev,
    ...(baseSeq === undefined ? {} : { baseSeq }),
  } as const;
  const committed = await commitOperation(
    session,
    { operation, path: path.text, namespaceId: node.namespaceId },
    context.signal,
  );
  const lines = [`Removed ${quote(path.text)}. It stays in the trash for a while.`];
  context.output.result({ path: path.text, node: committed.node }, lines);
}

/** The place in the journal up to which the command knows the folder: what is changed inside after it stops the delete. */
async function readHead(session: Session, folder: Node, signal: AbortSignal): Promise<number> {
  const { namespaceId, nodeId } = folder;
  const answer = await session.api.listTree({ query: { namespaceId, folderId: nodeId, limit: '1' }, signal });
  if (!answer.ok) throw problemError(answer.problem, quote(folder.name));
  return answer.value.seq;
}
