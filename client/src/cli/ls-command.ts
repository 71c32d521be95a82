import type { Node } from '@syncline/protocol';
import type { Command } from 'commander';
import { formatBytes } from '../engine/format-bytes.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import type { Session } from './open-session.ts';
import { enterMount, parseRemotePath, requireNode } from './remote-path.ts';

export function registerLs(program: Command, run: RunCommand): void {
  program.command('ls').description('Lists a folder.').argument('[path]', 'a folder or file', '/').action(run(list));
}

async function list(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const path = parseRemotePath(given);
  const session = await context.session();
  const node = await enterMount(session, await requireNode(session, path, context.signal), context.signal);
  const nodes = node.kind === 'file' ? [node] : await listChildren(session, node, context.signal);
  context.output.result({ path: path.text, nodes }, nodes.map(describe));
}

async function listChildren(session: Session, folder: Node, signal: AbortSignal): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  let page: string | undefined;
  do {
    const answer = await session.api.listChildren({
      parameters: { nodeId: folder.nodeId },
      query: { namespaceId: folder.namespaceId, page },
      signal,
    });
    if (!answer.ok) throw problemError(answer.problem, quote(folder.name));
    nodes.push(...answer.value.nodes);
    page = answer.value.nextPage;
  } while (page !== undefined);
  return nodes;
}

function describe(node: Node): string {
  const size = node.kind !== 'file' ? '-' : formatBytes(node.size);
  const modified = (node.clientModifiedAt ?? node.modifiedAt).slice(0, 16).replace('T', ' ');
  return `${size.padStart(9)}  ${modified}  ${escapeText(node.name)}${node.kind === 'file' ? '' : '/'}${node.kind === 'mount' ? '  (shared)' : ''}`;
}
