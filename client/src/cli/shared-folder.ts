import type { AccountId, NamespaceId, NamespaceMember, Node, OperationError, Problem } from '@syncline/protocol';
import { CommandError, problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import type { Session } from './open-session.ts';
import { parseRemotePath, type RemotePath, requireNode } from './remote-path.ts';

/** A shared folder that a path of the account leads to. */
export interface NamedFolder {
  readonly path: RemotePath;
  readonly mount: Node;
  readonly namespaceId: NamespaceId;
}

/** @throws CommandError when there is no shared folder at the path. */
export async function requireSharedFolder(session: Session, given: string, signal: AbortSignal): Promise<NamedFolder> {
  const path = parseRemotePath(given);
  const mount = await requireNode(session, { ...path, isFolder: false }, signal);
  if (mount.mountedNamespaceId !== undefined) return { path, mount, namespaceId: mount.mountedNamespaceId };
  throw new CommandError({
    reason: 'conflict',
    code: 'not_shared',
    message: `${quote(path.text)} is not a shared folder.`,
    remedy: '`syncline shared` lists the shared folders; `syncline share` shares one.',
  });
}

export async function listMembers(
  session: Session,
  { namespaceId, path }: NamedFolder,
  signal: AbortSignal,
): Promise<readonly NamespaceMember[]> {
  return listMembersOf(session, { namespaceId, subject: quote(path.text) }, signal);
}

export async function listMembersOf(
  session: Session,
  { namespaceId, subject }: { readonly namespaceId: NamespaceId; readonly subject: string },
  signal: AbortSignal,
): Promise<readonly NamespaceMember[]> {
  const members: NamespaceMember[] = [];
  let page: string | undefined;
  do {
    const answer = await session.api.listMembers({ parameters: { namespaceId }, query: { page }, signal });
    if (!answer.ok) throw sharingError(answer.problem, subject);
    members.push(...answer.value.members);
    page = answer.value.nextPage;
  } while (page !== undefined);
  return members;
}

/** Finds a member by the id of its account, or by its address. @throws CommandError when there is none, or several. */
export async function requireMember(
  session: Session,
  given: { readonly folder: NamedFolder; readonly who: string },
  signal: AbortSignal,
): Promise<NamespaceMember> {
  const { folder, who } = given;
  const members = await listMembers(session, folder, signal);
  const found = members.filter(({ accountId, email }) => accountId === who || email === who.toLowerCase());
  const [member] = found;
  if (member !== undefined && found.length === 1) return member;
  throw new CommandError({
    reason: found.length === 0 ? 'notFound' : 'conflict',
    code: found.length === 0 ? 'not_found' : 'ambiguous',
    message:
      found.length === 0
        ? `${quote(who)} is no member of ${quote(folder.path.text)}.`
        : `Several members of ${quote(folder.path.text)} have the address ${quote(who)}.`,
    remedy: 'Give the id that `syncline members` shows.',
  });
}

export function memberName({
  accountId,
  email,
}: {
  readonly accountId: AccountId;
  readonly email?: string | undefined;
}): string {
  return email === undefined ? `account ${accountId}` : escapeText(email);
}

const SELF_EXPLAINED: ReadonlySet<Problem['code']> = new Set([
  'conflict',
  'forbidden',
  'invalid_request',
  'not_found',
  'too_large',
]);

/** What the service refuses about sharing says itself what to do. */
export function sharingError(problem: Problem | OperationError, subject: string): CommandError {
  const error = problemError(problem, subject);
  if (!SELF_EXPLAINED.has(problem.code)) return error;
  return new CommandError({ reason: error.reason, code: error.code, message: error.message });
}
