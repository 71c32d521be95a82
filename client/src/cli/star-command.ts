import type { Star } from '@syncline/protocol';
import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import { pathBelow, readMountPaths } from './mount-paths.ts';
import { parseRemotePath, requireNode } from './remote-path.ts';

export function registerStar(program: Command, run: RunCommand): void {
  program
    .command('star')
    .description('Lists what you have starred, or stars a file or folder.')
    .argument('[path]', 'a file or folder; everything that is starred is listed without it')
    .option('--remove', 'take the star away')
    .action(run(star));
}

async function star(
  context: CommandContext,
  [given]: readonly [string | undefined],
  options: { readonly remove?: boolean },
): Promise<void> {
  if (given === undefined && options.remove === true) {
    throw new CommandError({
      reason: 'usage',
      code: 'usage',
      message: 'A path is missing.',
      remedy: 'Name what is to have no star any more; `syncline star` lists what has one.',
    });
  }
  await (given === undefined ? list(context) : change(context, given, options.remove === true));
}

async function change(context: CommandContext, given: string, isRemoved: boolean): Promise<void> {
  const path = parseRemotePath(given);
  const session = await context.session();
  const { namespaceId, nodeId } = await requireNode(session, path, context.signal);
  const answer = isRemoved
    ? await session.api.removeStar({ parameters: { nodeId }, query: { namespaceId }, signal: context.signal })
    : await session.api.addStar({ body: { namespaceId, nodeId }, signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, quote(path.text));
  const said = isRemoved ? 'has no star' : 'is starred';
  context.output.result({ path: path.text, isStarred: !isRemoved }, [`${quote(path.text)} ${said}.`]);
}

async function list(context: CommandContext): Promise<void> {
  const session = await context.session();
  const answer = await session.api.listStars({ signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, 'The stars');
  const places = await readMountPaths(session, context.signal);
  const stars = answer.value.stars.map((one) => ({
    ...one,
    path: pathBelow(places.get(one.node.namespaceId) ?? '', one.path),
  }));
  context.output.result({ stars }, stars.length === 0 ? ['Nothing is starred.'] : stars.map(describe));
}

function describe({ node, path }: Star): string {
  return `${escapeText(path)}${node.kind === 'file' ? '' : '/'}`;
}
