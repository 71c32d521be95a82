import type { Node } from '@syncline/protocol';
import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { commitOperation } from './commit-operation.ts';
import { quote } from './escape-text.ts';
import type { Session } from './open-session.ts';
import {
  findNode,
  notAFolder,
  parseRemotePath,
  type RemotePath,
  requireFolder,
  splitRemotePath,
} from './remote-path.ts';

export function registerMkdir(program: Command, run: RunCommand): void {
  program
    .command('mkdir')
    .description('Makes a folder.')
    .argument('<path>', 'the new folder')
    .option('-p, --parents', 'make the folders above it too; one that is there already is no error')
    .action(run(makeFolder));
}

async function makeFolder(
  context: CommandContext,
  [given]: readonly [string],
  options: { readonly parents?: boolean },
): Promise<void> {
  const path = parseRemotePath(given);
  const session = await context.session();
  const node =
    options.parents === true
      ? await makeWithParents(session, path, context.signal)
      : await makeOne(session, path, context.signal);
  context.output.result({ path: path.text, node }, [`Made ${quote(path.text)}.`]);
}

async function makeOne(session: Session, path: RemotePath, signal: AbortSignal): Promise<Node> {
  const { parent, name } = splitRemotePath(path);
  const present = await findNode(session, path, signal);
  if (present?.kind === 'file') throw notAFolder(path);
  if (present !== undefined) {
    throw new CommandError({
      reason: 'conflict',
      code: 'exists',
      message: `${quote(path.text)} exists already.`,
      remedy: 'With `-p` this is no error.',
    });
  }
  const folder = await requireFolder(session, parent, signal);
  return makeChild(session, { folder, name, path: path.text }, signal);
}

/** Making a folder twice is no conflict, so nothing has to be looked up on the way down but what is something else: a shared folder, or a file. */
async function makeWithParents(session: Session, path: RemotePath, signal: AbortSignal): Promise<Node> {
  let folder = await requireFolder(session, parseRemotePath('/'), signal);
  let walked = '';
  for (const name of path.names) {
    walked += `/${name}`;
    folder = await makeChild(session, { folder, name, path: walked }, signal).catch((failure: unknown) => {
      if (!(failure instanceof CommandError) || failure.code !== 'conflict_name_taken') throw failure;
      return requireFolder(session, parseRemotePath(walked), signal);
    });
  }
  return folder;
}

async function makeChild(
  session: Session,
  child: { readonly folder: Node; readonly name: string; readonly path: string },
  signal: AbortSignal,
): Promise<Node> {
  const { folder, name, path } = child;
  const { namespaceId, nodeId: parentId } = folder;
  const operation = { type: 'mkdir', parentId, name } as const;
  const { node } = await commitOperation(session, { operation, path, namespaceId }, signal);
  return node;
}
