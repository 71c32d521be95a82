import { type Activity, type MembershipChange, rootNodeId } from '@syncline/protocol';
import type { Command } from 'commander';
import { readAuthorNames } from './author-names.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import { placeOf } from './mount-paths.ts';
import { parseLimit } from './parse-limit.ts';
import { parseRemotePath, requireNode } from './remote-path.ts';

/** Lines that are shown when nobody asks for more. */
const ACTIVITIES_SHOWN = 50;

interface ActivityOptions {
  readonly limit: number;
}

export function registerActivity(program: Command, run: RunCommand): void {
  program
    .command('activity')
    .description('Tells who did what, when, and from which device, newest first.')
    .argument('[path]', 'a folder or file', '/')
    .option('--limit <n>', 'how many things to tell', parseLimit, ACTIVITIES_SHOWN)
    .action(run(list));
}

async function list(context: CommandContext, [given]: readonly [string], { limit }: ActivityOptions): Promise<void> {
  const { signal, output } = context;
  const path = parseRemotePath(given);
  const session = await context.session();
  const mount = await requireNode(session, { ...path, isFolder: false }, signal);
  // What happens in a shared folder, and to its members, its own journal tells.
  const { mountedNamespaceId: shared } = mount;
  const about = shared === undefined ? mount : { namespaceId: shared, nodeId: rootNodeId(shared) };
  const { namespaceId, nodeId } = about;
  const place = await placeOf(session, namespaceId, signal);
  const activities: Activity[] = [];
  let page: string | undefined;
  do {
    const left = String(Math.min(limit - activities.length, 1000));
    const answer = await session.api.listActivity({ query: { namespaceId, nodeId, limit: left, page }, signal });
    if (!answer.ok) throw problemError(answer.problem, quote(path.text));
    activities.push(
      ...answer.value.activities.map((one) => (one.path === undefined ? one : { ...one, path: place(one.path) })),
    );
    page = answer.value.nextPage;
  } while (page !== undefined && activities.length < limit);
  const { nameOf, authorOf } = await readAuthorNames(session, { namespaceId, activities }, signal);
  const lines = activities.map((activity) => {
    const at = activity.at.slice(0, 19).replace('T', ' ');
    const { member } = activity;
    const what = member === undefined ? describe(activity) : describeMember(member, nameOf(member.accountId));
    return `${at}  ${authorOf(activity)}  ${activity.type.padEnd(8)}  ${what}`;
  });
  output.result({ path: path.text, activities }, lines.length === 0 ? ['Nothing has happened.'] : lines);
}

function describe({ path, name, previousName, kind }: Activity): string {
  const shown = `${escapeText(path ?? name)}${kind === 'folder' ? '/' : ''}`;
  return previousName === undefined ? shown : `${shown}  (was ${quote(previousName)})`;
}

function describeMember({ event, role, previousRole }: MembershipChange, who: string): string {
  switch (event) {
    case 'joined':
      return `${who} has joined as ${role}`;
    case 'left':
      return `${who} has left`;
    case 'removed':
      return `${who} was removed`;
    case 'role':
      return `${who} is ${role}${previousRole === undefined ? '' : `, and was ${previousRole}`}`;
    case 'owner':
      return `${who} was made the owner`;
  }
}
