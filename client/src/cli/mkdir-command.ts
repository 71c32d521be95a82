import type { Node } from '@syncline/protocol';
import type { Command } from 'commander';
import { newNodeId } from '../engine/new-node-id.ts';
import { randomBytes } from '../platform/node/random-bytes.ts';
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
  requireParent,
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
  const steps =
    options.parents === true
      ? await makeWithParents(session, path, context.signal)
      : [await makeOne(session, path, context.signal)];
  const made = steps.filter(({ isMade }) => isMade).map((step) => step.path);
  const node = steps.at(-1)?.node ?? (await requireFolder(session, path, context.signal));
  context.output.result({ path: path.text, node, made }, [describe(path, steps)]);
}

/** A folder on the way, and whether this command has made it. */
interface Step {
  readonly path: string;
  readonly node: Node;
  readonly isMade: boolean;
}

function describe(path: RemotePath, steps: readonly Step[]): string {
  const made = steps.filter(({ isMade }) => isMade);
  if (made.length === 0) return `${quote(path.text)} was there already; nothing was made.`;
  // Below a folder that was made nothing was there.
  const above = steps.findLast(({ isMade }) => !isMade);
  const there = above === undefined ? '' : `; ${quote(above.path)} was there already`;
  return `Made ${made.map((step) => quote(step.path)).join(', ')}${there}.`;
}

async function makeOne(session: Session, path: RemotePath, signal: AbortSignal): Promise<Step> {
  const { parent, name } = splitRemotePath(path);
  const present = await findNode(session, path, signal);
  if (present?.kind === 'file') throw notAFolder(path);
  if (present !== undefined) throw existsAlready(path);
  const folder = await requireParent(session, parent, signal);
  const step = await makeChild(session, { folder, name, path: path.text }, signal);
  // Somebody else may have made it since it was looked for.
  if (!step.isMade) throw existsAlready(path);
  return step;
}

function existsAlready(path: RemotePath): CommandError {
  return new CommandError({
    reason: 'conflict',
    code: 'exists',
    message: `${quote(path.text)} exists already.`,
    remedy: 'With `-p` this is no error.',
  });
}

/** Making a folder twice is no conflict, so nothing has to be looked up on the way down but what is something else: a shared folder, or a file. */
async function makeWithParents(session: Session, path: RemotePath, signal: AbortSignal): Promise<readonly Step[]> {
  const steps: Step[] = [];
  let folder = await requireFolder(session, parseRemotePath('/'), signal);
  let walked = '';
  for (const name of path.names) {
    walked += `/${name}`;
    const step = await makeChild(session, { folder, name, path: walked }, signal).catch(async (failure: unknown) => {
      if (!(failure instanceof CommandError) || failure.code !== 'conflict_name_taken') throw failure;
      const node = await requireFolder(session, parseRemotePath(walked), signal);
      return { path: walked, node, isMade: false };
    });
    steps.push(step);
    folder = step.node;
  }
  return steps;
}

/** A folder that stands there already is the answer, under an id that is not ours. */
async function makeChild(
  session: Session,
  child: { readonly folder: Node; readonly name: string; readonly path: string },
  signal: AbortSignal,
): Promise<Step> {
  const { folder, name, path } = child;
  const { namespaceId, nodeId: parentId } = folder;
  const nodeId = newNodeId(randomBytes);
  const operation = { type: 'mkdir', parentId, name, newNodeId: nodeId } as const;
  const { node } = await commitOperation(session, { operation, path, namespaceId }, signal);
  return { path, node, isMade: node.nodeId === nodeId };
}
