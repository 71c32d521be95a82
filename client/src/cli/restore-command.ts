import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { commitOperation } from './commit-operation.ts';
import { quote } from './escape-text.ts';
import { requireFile } from './get-command.ts';
import { parseRevision } from './parse-revision.ts';
import { findNode, parseRemotePath, type RemotePath } from './remote-path.ts';
import { restoreFromTrash } from './trash-command.ts';

interface RestoreOptions {
  readonly rev?: number;
}

export function registerRestore(program: Command, run: RunCommand): void {
  program
    .command('restore')
    .description('Brings back what was deleted, or an older revision of a file.')
    .argument('<path>', 'where it stands or stood')
    .option('--rev <n>', 'the revision to bring back, as `syncline history` numbers them', parseRevision)
    .action(run(restore));
}

async function restore(context: CommandContext, [given]: readonly [string], options: RestoreOptions): Promise<void> {
  const path = parseRemotePath(given);
  if (options.rev !== undefined) return restoreRevision(context, path, options.rev);
  const session = await context.session();
  const node = await findNode(session, path, context.signal);
  if (node === undefined) return restoreFromTrash(context, [given], {});
  context.output.result({ path: path.text, node }, [
    `${quote(path.text)} is there. An older revision comes back with --rev N.`,
  ]);
}

async function restoreRevision(context: CommandContext, path: RemotePath, rev: number): Promise<void> {
  const session = await context.session();
  const { nodeId } = await requireFile(session, path, context.signal);
  const operation = { type: 'restore', nodeId, rev } as const;
  const { node } = await commitOperation(session, { operation, path: path.text }, context.signal);
  context.output.result({ path: path.text, node }, [
    `Revision ${rev} of ${quote(path.text)} is the present one again, as revision ${node.contentRev}.`,
  ]);
}
