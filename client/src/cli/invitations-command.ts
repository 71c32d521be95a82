import { type AnswerInvitationRequest, type Invitation, InvitationId } from '@syncline/protocol';
import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { nudgeDaemon } from './daemon-link.ts';
import { escapeText, quote } from './escape-text.ts';
import type { Session } from './open-session.ts';
import { type NamedFolder, requireSharedFolder, sharingError } from './shared-folder.ts';

export function registerInvitations(program: Command, run: RunCommand): void {
  const invitations = program.command('invitations').description('Shows and withdraws invitations to shared folders.');
  invitations
    .command('list', { isDefault: true })
    .description('Lists the open invitations to a shared folder, or those to you.')
    .argument('[path]', 'the shared folder')
    .action(run(list));
  invitations
    .command('withdraw')
    .description('Takes an invitation back. Who has accepted it stays.')
    .argument('<path>', 'the shared folder')
    .argument('<id>', 'the id that the list shows')
    .action(run(withdraw));
  program
    .command('accept')
    .description('Accepts an invitation: the shared folder appears at the top of the account.')
    .argument('<token>', 'what you were sent, or the id that `syncline invitations` shows')
    .action(run(accept));
  program
    .command('decline')
    .description('Declines an invitation.')
    .argument('<token>', 'what you were sent, or the id that `syncline invitations` shows')
    .action(run(decline));
}

async function list(context: CommandContext, [given]: readonly [string | undefined]): Promise<void> {
  const { signal, output } = context;
  const session = await context.session();
  const folder = given === undefined ? undefined : await requireSharedFolder(session, given, signal);
  const answer =
    folder === undefined
      ? await session.api.listOwnInvitations({ signal })
      : await session.api.listInvitations({ parameters: { namespaceId: folder.namespaceId }, signal });
  if (!answer.ok) throw sharingError(answer.problem, given === undefined ? 'The invitations' : quote(given));
  const { invitations } = answer.value;
  output.result(answer.value, invitations.length === 0 ? [nothing(folder, session)] : invitations.map(describe));
}

/** Where the issuer tells no address, the service finds no invitation by it. */
function nothing(folder: NamedFolder | undefined, { account }: Session): string {
  if (folder !== undefined || account.email !== undefined) return 'There are no open invitations.';
  return 'No invitation is known to be for you: this service does not know your address. Who was sent one runs `syncline accept TOKEN`.';
}

function describe({ invitationId, role, email, expiresAt, name }: Invitation): string {
  const whom = email === undefined ? 'whoever has the link' : escapeText(email);
  return `${invitationId}  ${role.padEnd(6)}  until ${expiresAt.slice(0, 10)}  ${escapeText(name)}  ${whom}`;
}

async function withdraw(context: CommandContext, [given, which]: readonly [string, string]): Promise<void> {
  const session = await context.session();
  const { namespaceId } = await requireSharedFolder(session, given, context.signal);
  const invitationId = InvitationId.safeParse(which);
  if (!invitationId.success) {
    throw new CommandError({
      reason: 'usage',
      code: 'usage',
      message: `${quote(which)} is not the id of an invitation.`,
      remedy: 'Give the id that `syncline invitations PATH` shows.',
    });
  }
  const parameters = { namespaceId, invitationId: invitationId.data };
  const answer = await session.api.withdrawInvitation({ parameters, signal: context.signal });
  if (!answer.ok) throw sharingError(answer.problem, `The invitation ${quote(which)}`);
  context.output.result(answer.value, ['The invitation works no more.']);
}

async function accept(context: CommandContext, [which]: readonly [string]): Promise<void> {
  const session = await context.session();
  const body = await meant(session, which, context.signal);
  const answer = await session.api.acceptInvitation({ body, signal: context.signal });
  if (!answer.ok) throw sharingError(answer.problem, 'The invitation');
  await nudgeDaemon(session);
  const { folder, mount } = answer.value;
  const may = folder.role === 'viewer' ? 'read what is in it' : 'read and change what is in it';
  context.output.result(answer.value, [
    `${quote(folder.name)} is in your account as ${quote(`/${mount.name}`)}; you may ${may}.`,
  ]);
}

async function decline(context: CommandContext, [which]: readonly [string]): Promise<void> {
  const session = await context.session();
  const body = await meant(session, which, context.signal);
  const answer = await session.api.declineInvitation({ body, signal: context.signal });
  if (!answer.ok) throw sharingError(answer.problem, 'The invitation');
  context.output.result(answer.value, ['You have declined the invitation.']);
}

/** One that is for the own address needs no token. */
async function meant(session: Session, which: string, signal: AbortSignal): Promise<AnswerInvitationRequest> {
  const id = InvitationId.safeParse(which);
  if (!id.success) return { token: which };
  const answer = await session.api.listOwnInvitations({ signal });
  if (!answer.ok) throw sharingError(answer.problem, 'The invitations');
  const found = answer.value.invitations.find(({ invitationId }) => invitationId === id.data);
  if (found !== undefined) return { namespaceId: found.namespaceId, invitationId: found.invitationId };
  throw new CommandError({
    reason: 'notFound',
    code: 'not_found',
    message: `No open invitation ${quote(which)} is known to be for you.`,
    remedy: 'Look at them with `syncline invitations`, or give the token that you were sent.',
  });
}
