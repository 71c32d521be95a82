import {
  type CreateLinkRequest,
  DAY_MS,
  LINK_DOWNLOADS_MAX,
  LINK_LIFE_MS_DEFAULT,
  LINK_LIFE_MS_MAX,
  type Link,
  type Node,
  SECOND_MS,
} from '@syncline/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readSignIn } from '../sync/session.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import { pathBelow, readMountPaths } from './mount-paths.ts';
import { onRevision } from './on-revision.ts';
import { notSignedIn } from './open-session.ts';
import { parseDuration } from './parse-duration.ts';
import { parseRevision } from './parse-revision.ts';
import { readLinkPassword } from './read-link-password.ts';
import { parseRemotePath, requireNode } from './remote-path.ts';

interface LinkOptions {
  readonly upload?: boolean;
  readonly passwordStdin?: boolean;
  readonly expires: number;
  readonly maxDownloads?: number;
  readonly rev?: number;
}

export function registerLinks(program: Command, run: RunCommand): void {
  program
    .command('link-create')
    .description('Makes a link that shows a file or folder to whoever has it, or takes files into a folder.')
    .argument('<path>', 'a file or folder')
    .option('--upload', 'whoever has the link can store files in the folder, and see nothing')
    .option('--password-stdin', 'reads a password for the link as the first line of standard input')
    .addOption(
      new Option('--expires <duration>', 'how long it opens, such as 12h, 7d or 4w')
        .argParser(parseLife)
        .default(LINK_LIFE_MS_DEFAULT / SECOND_MS, `${LINK_LIFE_MS_DEFAULT / DAY_MS}d`),
    )
    .option('--max-downloads <count>', 'how often files can be fetched by it, or how many can be stored', parseUses)
    .option('--rev <number>', 'shows this revision of the file, whatever comes later', parseRevision)
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
  const { expires, maxDownloads, rev } = options;
  const session = await context.session();
  const { signal } = context;
  const node = await requireNode(session, path, signal);
  const { namespaceId, nodeId } = node;
  const body: CreateLinkRequest = {
    role: options.upload === true ? 'upload' : 'view',
    namespaceId,
    nodeId,
    lifeSeconds: expires,
    ...(maxDownloads === undefined ? {} : { maxUses: maxDownloads }),
    ...(rev === undefined ? {} : { rev }),
    ...(options.passwordStdin === true ? { password: await readLinkPassword(context, PASSWORD_EXAMPLE) } : {}),
  };
  const make = async () => {
    const answer = await session.api.createLink({ body, signal });
    if (!answer.ok) throw problemError(answer.problem, quote(path.text));
    return answer.value;
  };
  const { link, token } = await (rev === undefined
    ? make()
    : onRevision(session, { node, rev, path: path.text, signal }, make));
  const url = await addressOf(context, { token, link, node });
  context.output.result({ link, token, url }, [
    url,
    ...(link.role === 'upload'
      ? ['Whoever has it sends files with `syncline send FILE LINK`, without an account.']
      : []),
    `Opens until ${link.expiresAt.slice(0, 16).replace('T', ' ')} UTC. It is shown this once; end it with \`syncline link-revoke ${link.linkId}\`.`,
  ]);
}

function parseLife(given: string): number {
  const seconds = parseDuration(given);
  if (seconds <= LINK_LIFE_MS_MAX / SECOND_MS) return seconds;
  throw new InvalidArgumentError(`A link opens for ${LINK_LIFE_MS_MAX / DAY_MS} days at most.`);
}

function parseUses(given: string): number {
  if (/^[1-9]\d{0,8}$/.test(given) && Number(given) <= LINK_DOWNLOADS_MAX) return Number(given);
  throw new InvalidArgumentError(`Give a number from 1 to ${LINK_DOWNLOADS_MAX}.`);
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
    link.maxUses === undefined
      ? `${link.uses} ${link.uses === 1 ? 'use' : 'uses'}`
      : `${link.uses} of ${link.maxUses} uses`,
    link.end ?? `until ${link.expiresAt.slice(0, 16).replace('T', ' ')}`,
  ];
  const said = marks.filter((mark) => mark !== undefined).join(', ');
  return `${link.linkId}  ${link.path === undefined ? '-' : escapeText(link.path)}  (${said})`;
}
