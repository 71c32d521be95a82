import type { Activity } from '@syncline/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { problemError } from './command-error.ts';
import { readDeviceNames } from './device-names.ts';
import { escapeText, quote } from './escape-text.ts';
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
  const { namespaceId, nodeId } = await requireNode(session, path, signal);
  const activities: Activity[] = [];
  let page: string | undefined;
  do {
    const left = String(Math.min(limit - activities.length, 1000));
    const answer = await session.api.listActivity({ query: { namespaceId, nodeId, limit: left, page }, signal });
    if (!answer.ok) throw problemError(answer.problem, quote(path.text));
    activities.push(...answer.value.activities);
    page = answer.value.nextPage;
  } while (page !== undefined && activities.length < limit);
  const nameOf = await readDeviceNames(session, signal);
  const lines = activities.map((activity) => {
    const at = activity.at.slice(0, 19).replace('T', ' ');
    return `${at}  ${nameOf(activity.deviceId)}  ${activity.type.padEnd(8)}  ${describe(activity)}`;
  });
  output.result({ path: path.text, activities }, lines.length === 0 ? ['Nothing has happened.'] : lines);
}

function describe({ path, name, previousName, kind }: Activity): string {
  const shown = `${escapeText(path ?? name)}${kind === 'folder' ? '/' : ''}`;
  return previousName === undefined ? shown : `${shown}  (was ${quote(previousName)})`;
}

function parseLimit(text: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a number from 1 to 999999.');
}
