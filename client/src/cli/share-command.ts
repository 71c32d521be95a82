import { EmailAddress, type InviteResponse, type Node, type Problem } from '@syncline/protocol';
import { type Command, Option } from 'commander';
import type * as z from 'zod/mini';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { nudgeDaemon } from './daemon-link.ts';
import { escapeText, quote } from './escape-text.ts';
import type { Session } from './open-session.ts';
import { parseRemotePath, requireNode } from './remote-path.ts';
import { type NamedFolder, requireSharedFolder, sharingError } from './shared-folder.ts';

interface ShareOptions {
  readonly with?: string;
  readonly link?: boolean;
  readonly role: 'editor' | 'viewer';
}

export function registerShare(program: Command, run: RunCommand): void {
  program
    .command('share')
    .description('Shares a folder, and invites to one that is shared.')
    .argument('<path>', 'the folder')
    .option('--with <email>', 'invite one person; the invitation is printed, and is yours to send')
    .addOption(new Option('--link', 'invite everybody who is given what is printed').conflicts('with'))
    .addOption(new Option('--role <role>', 'what they may do').choices(['editor', 'viewer']).default('editor'))
    .action(run(share));
  program.command('shared').description('Lists the shared folders of the account.').action(run(list));
  program
    .command('unshare')
    .description('Takes everybody else out of a shared folder, and withdraws all invitations. Its files stay.')
    .argument('<path>', 'the shared folder')
    .action(run(unshare));
  program
    .command('leave')
    .description('Leaves a shared folder. It goes from the account, and stays for the others.')
    .argument('<path>', 'the shared folder')
    .action(run(leave));
}

async function share(context: CommandContext, [given]: readonly [string], options: ShareOptions): Promise<void> {
  const { signal, output } = context;
  const email = options.with === undefined ? undefined : parseAddress(options.with);
  const session = await context.session();
  const path = parseRemotePath(given);
  const node = await requireNode(session, { ...path, isFolder: false }, signal);
  const folder = { path, ...(await sharedAs(session, { node, path: path.text }, signal)) };
  const isNew = node.kind === 'folder';
  const isInviting = options.with !== undefined || options.link === true;
  const invited = isInviting ? await invite(session, { ...folder, ...options, with: email }, signal) : undefined;
  const { namespaceId } = folder;
  const lines = [isNew ? `${quote(path.text)} is a shared folder now.` : `${quote(path.text)} is a shared folder.`];
  if (invited === undefined)
    lines.push(
      `Invite somebody with \`syncline share ${quote(path.text)} --with EMAIL\`, or whoever has a link with \`--link\`.`,
    );
  else lines.push(...describeInvitation(invited, { path: path.text, ...options }));
  output.result({ path: path.text, namespaceId, isNew, ...invited }, lines);
}

type Invited = z.infer<typeof InviteResponse>;

function parseAddress(given: string): string {
  const address = EmailAddress.safeParse(given);
  if (address.success) return address.data;
  throw new CommandError({
    reason: 'usage',
    code: 'usage',
    message: `${quote(given)} is no e-mail address.`,
    remedy: 'Write it such as name@example.com; `--link` invites without an address.',
  });
}

function describeInvitation(
  { invitation, token }: Invited,
  options: Pick<ShareOptions, 'with'> & { readonly path: string },
): readonly string[] {
  const whom = options.with === undefined ? 'everybody who should have it' : quote(options.with);
  return [
    `Send this to ${whom}, in private: whoever runs it becomes ${invitation.role === 'editor' ? 'an editor' : 'a viewer'}.`,
    `  syncline accept ${token}`,
    `It works until ${invitation.expiresAt.slice(0, 10)}, or until you take it back:`,
    `  syncline invitations withdraw ${quote(options.path)} ${invitation.invitationId}`,
  ];
}

async function sharedAs(
  session: Session,
  { node, path }: { readonly node: Node; readonly path: string },
  signal: AbortSignal,
): Promise<Omit<NamedFolder, 'path'>> {
  if (node.mountedNamespaceId !== undefined) return { mount: node, namespaceId: node.mountedNamespaceId };
  const body = { namespaceId: node.namespaceId, folderId: node.nodeId };
  const answer = await session.api.shareFolder({ body, signal });
  if (!answer.ok) throw sharingError(answer.problem, quote(path));
  await nudgeDaemon(session);
  return { mount: answer.value.mount, namespaceId: answer.value.folder.namespaceId };
}

async function invite(
  session: Session,
  {
    namespaceId,
    path,
    role,
    with: email,
  }: NamedFolder & Omit<ShareOptions, 'with'> & { readonly with: string | undefined },
  signal: AbortSignal,
): Promise<Invited> {
  const body = { role, ...(email === undefined ? {} : { email }) };
  const answer = await session.api.invite({ parameters: { namespaceId }, body, signal });
  if (!answer.ok) throw sharingError(answer.problem, quote(path.text));
  return answer.value;
}

async function list(context: CommandContext): Promise<void> {
  const session = await context.session();
  const answer = await session.api.listNamespaces({ signal: context.signal });
  if (!answer.ok) throw sharingError(answer.problem, 'The shared folders');
  const { folders, unmounted } = answer.value;
  const lines = folders.map(({ name, role, memberCount, namespaceId }) => {
    const members = memberCount === 1 ? '1 member' : `${memberCount} members`;
    return `${namespaceId}  ${role.padEnd(6)}  ${members.padStart(12)}  ${escapeText(name)}`;
  });
  for (const namespaceId of unmounted)
    lines.push(`${namespaceId}  you were removed from it; leave it to clear its place`);
  context.output.result(answer.value, lines.length === 0 ? ['No folder is shared.'] : lines);
}

async function unshare(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const { signal, output } = context;
  const session = await context.session();
  const { namespaceId, path } = await requireSharedFolder(session, given, signal);
  let removed = 0;
  for (let left = 1; left > 0; ) {
    const answer = await session.api.unshare({ parameters: { namespaceId }, signal });
    if (!answer.ok) throw sharingError(answer.problem, quote(path.text));
    removed += answer.value.removed;
    // Somebody else takes members out as well, or has become the owner: what does not get less is not waited for.
    left = answer.value.removed === 0 ? 0 : answer.value.left;
  }
  const others = removed === 1 ? '1 other member has' : `${removed} other members have`;
  output.result({ path: path.text, namespaceId, removed }, [
    removed === 0
      ? `${quote(path.text)} is yours alone; nobody else was in it, and no invitation to it works.`
      : `${quote(path.text)} is yours alone now; ${others} no access any more.`,
  ]);
}

async function leave(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const { signal, output } = context;
  const session = await context.session();
  const { namespaceId, path } = await requireSharedFolder(session, given, signal);
  const { accountId } = session.account;
  const answer = await session.api.removeMember({ parameters: { namespaceId, accountId }, signal });
  if (!answer.ok) throw leavingError(answer.problem, path.text);
  await nudgeDaemon(session);
  output.result({ path: path.text, namespaceId }, [`You have left ${quote(path.text)}. The others still have it.`]);
}

function leavingError(problem: Problem, path: string): CommandError {
  const error = sharingError(problem, quote(path));
  if (error.code !== 'forbidden') return error;
  const { reason, code, message } = error;
  const heir = `syncline members role ${quote(path)} MEMBER --to owner`;
  const remedy = `\`${heir}\` hands it over; \`syncline unshare ${quote(path)}\` takes everybody else out.`;
  return new CommandError({ reason, code, message, remedy });
}
