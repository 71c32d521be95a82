import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { commitOperation } from './commit-operation.ts';
import { quote } from './escape-text.ts';
import { parseRemotePath, requireNode, resolveDestination, splitRemotePath } from './remote-path.ts';

export function registerMv(program: Command, run: RunCommand): void {
  program
    .command('mv')
    .description('Renames a file or folder, or moves it into another folder.')
    .argument('<from>', 'the file or folder')
    .argument('<to>', 'its new path, or the folder to put it into')
    .action(run(move));
}

async function move(context: CommandContext, [from, to]: readonly [string, string]): Promise<void> {
  const { signal, output } = context;
  const source = parseRemotePath(from);
  const { name: ownName } = splitRemotePath(source);
  const session = await context.session();
  const node = await requireNode(session, source, signal);
  const { path, parent, name, present } = await resolveDestination(
    session,
    { path: parseRemotePath(to), ownName },
    signal,
  );
  // Another spelling of its own name (upper and lower case) is found as itself.
  if (present !== undefined && present.nodeId !== node.nodeId) {
    throw new CommandError({
      reason: 'conflict',
      code: 'exists',
      message: `${quote(path.text)} exists already; nothing was moved.`,
      remedy: 'Remove it first with `syncline rm`, or choose another name.',
    });
  }
  if (node.namespaceId !== parent.namespaceId) {
    throw new CommandError({
      reason: 'refused',
      code: 'other_shared_folder',
      message: `${quote(source.text)} and ${quote(path.text)} are in different shared folders; nothing was moved.`,
      remedy: 'Copy it with `syncline get` and `syncline put`, then remove it.',
    });
  }
  if (parent.nodeId === node.nodeId || path.text.startsWith(`${source.text}/`)) {
    throw new CommandError({
      reason: 'refused',
      code: 'into_itself',
      message: `${quote(source.text)} cannot be moved into itself, to ${quote(path.text)}; nothing was moved.`,
      remedy: 'Name a folder that does not lie in it.',
    });
  }
  const operation = { type: 'move', nodeId: node.nodeId, baseRev: node.rev, parentId: parent.nodeId, name } as const;
  const committed = await commitOperation(
    session,
    { operation, path: source.text, namespaceId: node.namespaceId },
    signal,
  );
  output.result({ path: path.text, node: committed.node }, [`Moved ${quote(source.text)} to ${quote(path.text)}.`]);
}
