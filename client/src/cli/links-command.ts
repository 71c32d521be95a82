import type { CreateLinkRequest, Link, Node } from '@syncline/protocol';
import type { Command } from 'commander';
import { readSignIn } from '../sync/session.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import { pathBelow, readMountPaths } from './mount-paths.ts';
import { notSignedIn } from './open-session.ts';
import { parseCount, parseDuration } from './parse-duration.ts';
import { readPasswordLine } from './read-credentials.ts';
import { parseRemotePath, requireNode } from './remote-path.ts';

interface LinkOptions {
  readonly upload?: boolean;
  readonly passwordStdin?: boolean;
  readonly expires?: string;
  readonly maxDownloads?: string;
  readonly rev?: string;
}

export function registerLinks(program: Command, run: RunCommand): void {
  program
    .command('link-create')
    .description('Makes a link that shows a file or folder to whoever has it, or takes files into a folder.')
    .argument('<path>', 'a file or folder')
    .option('--upload', 'whoever has the link can store files in the folder, and see nothing')
    .option('--password-stdin', 'reads a password for the link as the first line of standard input')
    .option('--expires <duration>', 'how long it opens, such as 12h, 7d or 4w', '30d')
    .option('--max-downloads <count>', 'how often files can be fetched by it, or how many can be stored')
    .option('--rev <number>', 'shows this revision of the file, whatever comes later')
    .action(run(create));
  program.command('links').description('Lists the links of the account.').action(run(list));
  program
    .command('link-revoke')
    .description('Ends a link at once.')
    .argument('<id>', 'as `syncline links` shows it')
    .action(run(revoke));
}

async function create(context: CommandContext, [given]: readonly [string], options: LinkOptions): Promise<void> {
  const path = parseRemotePath(given);
  const limits = {
    lifeSeconds: parseDuration(options.expires ?? '30d'),
    ...(options.maxDownloads === undefined ? {} : { maxUses: parseCount(options.maxDownloads) }),
    ...(options.rev === undefined ? {} : { rev: parseCount(options.rev) }),
  };
  const session = await context.session();
  const node = await requireNode(session, path, context.signal);
  const { namespaceId, nodeId } = node;
  const body: CreateLinkRequest = {
    role: options.upload === true ? 'upload' : 'view',
    namespaceId,
    nodeId,
    ...limits,
    ...(options.passwordStdin === true ? { password: await readPasswordLine(context, PASSWORD_EXAMPLE) } : {}),
  };
  const answer = await session.api.createLink({ body, signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, quote(path.text));
  const { link, token } = answer.value;
  const url = await addressOf(context, { token, link, node });
  context.output.result({ link, token, url }, [
    url,
    ...(link.role === 'upload'
      ? ['Whoever has it sends files with `syncline send FILE LINK`, without an account.']
      : []),
    `Opens until ${link.expiresAt.slice(0, 16).replace('T', ' ')} UTC. It is shown this once; end it with \`syncline link-revoke ${link.linkId}\`.`,
  ]);
}

const PASSWORD_EXAMPLE = 'printf %s "$PASSWORD" | syncline link-create PATH --password-stdin';

/** What to hand on: a linked file downloads by its address alone. */
async function addressOf(
  { home }: CommandContext,
  { token, link, node }: { readonly token: string; readonly link: Link; readonly node: Node },
): Promise<string> {
  const signIn = await readSignIn(home);
  if (signIn === undefined) throw notSignedIn();
  const address = `${signIn.apiUrl}/v1/public/${token}`;
  return link.role === 'view' && node.kind === 'file' ? `${address}/download` : address;
}

async function list(context: CommandContext): Promise<void> {
  const session = await context.session();
  const answer = await session.api.listLinks({ signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, 'The links');
  const places = await readMountPaths(session, context.signal);
  const links = answer.value.links.map((link) =>
    link.path === undefined ? link : { ...link, path: pathBelow(places.get(link.namespaceId) ?? '', link.path) },
  );
  context.output.result({ links }, links.length === 0 ? ['There are no links.'] : links.map(describe));
}

async function revoke(context: CommandContext, [linkId]: readonly [string]): Promise<void> {
  const session = await context.session();
  const answer = await session.api.revokeLink({ parameters: { linkId }, signal: context.signal });
  if (answer.ok) {
    context.output.result(answer.value, ['The link opens nothing any more.']);
    return;
  }
  if (answer.problem.code !== 'not_found' && answer.problem.code !== 'invalid_request') {
    throw problemError(answer.problem, quote(linkId));
  }
  throw new CommandError({
    reason: 'notFound',
    code: 'not_found',
    message: `There is no link ${quote(linkId)}.`,
    remedy: 'Give the id that `syncline links` shows.',
  });
}

function describe(link: Link): string {
  const marks = [
    link.role === 'upload' ? 'takes files' : undefined,
    link.rev === undefined ? undefined : `revision ${link.rev}`,
    link.hasPassword ? 'password' : undefined,
    link.maxUses === undefined ? `${link.uses} uses` : `${link.uses} of ${link.maxUses} uses`,
    link.end ?? `until ${link.expiresAt.slice(0, 16).replace('T', ' ')}`,
  ];
  const said = marks.filter((mark) => mark !== undefined).join(', ');
  return `${link.linkId}  ${link.path === undefined ? '-' : escapeText(link.path)}  (${said})`;
}
