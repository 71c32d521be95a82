import type { Node, Revision } from '@syncline/protocol';
import type { Command } from 'commander';
import { formatBytes } from '../engine/format-bytes.ts';
import { readAuthorNames } from './author-names.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { problemError } from './command-error.ts';
import { quote } from './escape-text.ts';
import { requireFile } from './get-command.ts';
import type { Session } from './open-session.ts';
import { parseRemotePath } from './remote-path.ts';

export function registerHistory(program: Command, run: RunCommand): void {
  program
    .command('history')
    .description('Lists the revisions of a file, newest first.')
    .argument('<path>', 'the file')
    .action(run(list));
}

async function list(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const { signal, output } = context;
  const path = parseRemotePath(given);
  const session = await context.session();
  const node = await requireFile(session, path, signal);
  const [revisions, { authorOf }] = await Promise.all([
    readRevisions(session, { node, path: path.text }, signal),
    readAuthorNames(session, node, signal),
  ]);
  const lines = revisions.map((revision) => {
    const marks = [
      ...(revision.rev === node.contentRev ? ['present'] : []),
      ...(revision.losing === true ? ['lost a conflict'] : []),
      ...(revision.kept === true ? ['kept'] : []),
      ...(revision.label === undefined ? [] : [quote(revision.label)]),
    ];
    const at = revision.committedAt.slice(0, 16).replace('T', ' ');
    const mark = marks.length > 0 ? `  (${marks.join(', ')})` : '';
    return `${String(revision.rev).padStart(6)}  ${at}  ${formatBytes(revision.size).padStart(9)}  ${authorOf(revision)}${mark}`;
  });
  output.result({ path: path.text, node, revisions }, lines);
}

async function readRevisions(
  session: Session,
  { node, path }: { readonly node: Node; readonly path: string },
  signal: AbortSignal,
): Promise<readonly Revision[]> {
  const revisions: Revision[] = [];
  let page: string | undefined;
  do {
    const answer = await session.api.listRevisions({
      parameters: { nodeId: node.nodeId },
      query: { namespaceId: node.namespaceId, page },
      signal,
    });
    if (!answer.ok) throw problemError(answer.problem, quote(path));
    revisions.push(...answer.value.revisions);
    page = answer.value.nextPage;
  } while (page !== undefined);
  return revisions;
}
