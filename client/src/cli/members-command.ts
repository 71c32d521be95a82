import { type Command, Option } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { escapeText, quote } from './escape-text.ts';
import { listMembers, memberName, requireMember, requireSharedFolder, sharingError } from './shared-folder.ts';

export function registerMembers(program: Command, run: RunCommand): void {
  const members = program.command('members').description('Shows and changes who is in a shared folder.');
  members
    .command('list', { isDefault: true })
    .description('Lists the members.')
    .argument('<path>', 'the shared folder')
    .action(run(list));
  members
    .command('role')
    .description('Changes what a member may do. A new owner makes the present one an editor.')
    .argument('<path>', 'the shared folder')
    .argument('<member>', 'its address or account id')
    .addOption(new Option('--to <role>', 'the new role').choices(['editor', 'viewer', 'owner']).makeOptionMandatory())
    .action(run(changeRole));
  members
    .command('remove')
    .description('Takes a member out. Its devices are told at once, and open links do not let it in again.')
    .argument('<path>', 'the shared folder')
    .argument('<member>', 'its address or account id')
    .action(run(remove));
}

async function list(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const session = await context.session();
  const folder = await requireSharedFolder(session, given, context.signal);
  const members = await listMembers(session, folder, context.signal);
  const lines = members.map((member) => {
    const mark = member.accountId === session.account.accountId ? '  (you)' : '';
    const address = member.email === undefined ? 'address unknown' : escapeText(member.email);
    return `${member.accountId}  ${member.role.padEnd(6)}  since ${member.since.slice(0, 10)}  ${address}${mark}`;
  });
  context.output.result({ path: folder.path.text, members }, lines);
}

async function changeRole(
  context: CommandContext,
  [given, who]: readonly [string, string],
  { to: role }: { readonly to: 'editor' | 'viewer' | 'owner' },
): Promise<void> {
  const { signal, output } = context;
  const session = await context.session();
  const folder = await requireSharedFolder(session, given, signal);
  const { accountId } = await requireMember(session, { folder, who }, signal);
  const parameters = { namespaceId: folder.namespaceId, accountId };
  const answer = await session.api.changeRole({ parameters, body: { role }, signal });
  if (!answer.ok) throw sharingError(answer.problem, quote(who));
  const { member } = answer.value;
  const handedOver = role === 'owner' ? ' You are an editor now.' : '';
  output.result(answer.value, [
    `${memberName(member)} is ${role === 'viewer' ? 'a' : 'an'} ${role} of ${quote(folder.path.text)} now.${handedOver}`,
  ]);
}

async function remove(context: CommandContext, [given, who]: readonly [string, string]): Promise<void> {
  const { signal, output } = context;
  const session = await context.session();
  const folder = await requireSharedFolder(session, given, signal);
  const member = await requireMember(session, { folder, who }, signal);
  const parameters = { namespaceId: folder.namespaceId, accountId: member.accountId };
  const answer = await session.api.removeMember({ parameters, signal });
  if (!answer.ok) throw sharingError(answer.problem, quote(who));
  output.result(answer.value, [
    `${memberName(member)} has no access to ${quote(folder.path.text)} any more, and comes back by no open link.`,
    `To let them in again: \`syncline share ${quote(folder.path.text)} --with EMAIL\`.`,
  ]);
}
