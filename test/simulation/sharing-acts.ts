import type { InvitedRole, NamespaceId, Role } from '@syncline/protocol';
import type { Chance } from './chance.ts';
import type { Grapevine, SimulatedPerson } from './simulated-person.ts';

export type SharingDoing =
  | 'share'
  | 'invite'
  | 'accept'
  | 'decline'
  | 'withdraw'
  | 'change-role'
  | 'hand-over'
  | 'remove'
  | 'leave'
  | 'unshare'
  | 'look';

/** Each as often as its weight. */
const WEIGHTS: Readonly<Record<SharingDoing, number>> = {
  share: 2,
  invite: 3,
  accept: 5,
  decline: 1,
  withdraw: 1,
  'change-role': 3,
  'hand-over': 2,
  remove: 3,
  leave: 2,
  unshare: 1,
  look: 1,
};
export const SHARING_DOINGS = Object.entries(WEIGHTS).flatMap(([doing, weight]) =>
  Array.from({ length: weight }, () => doing as SharingDoing),
);

/** Shared folders of one history. */
const FOLDERS_MAX = 3;
const ROLES: readonly InvitedRole[] = ['editor', 'editor', 'viewer'];

/** One thing that somebody does about members, whether they may or not. Answers what came of it, for the trace. */
export async function doSharing(
  person: SimulatedPerson,
  grapevine: Grapevine,
  { chance, doing }: { readonly chance: Chance; readonly doing: SharingDoing },
): Promise<string> {
  const { folders } = grapevine;
  if (doing === 'share' || folders.length === 0) return `share: ${await share(person, grapevine, chance)}`;
  const namespaceId = chance.pick(folders);
  const outcome = await perform({ person, grapevine, chance, namespaceId }, doing);
  return `${doing} in ${namespaceId.slice(-4)}: ${outcome}`;
}

/** Shares some folder of the home. */
async function share(person: SimulatedPerson, { folders }: Grapevine, chance: Chance): Promise<string> {
  const { service } = person.world;
  const { namespaceId } = person.member;
  const own = [...service.oracle(namespaceId).nodes.values()];
  const candidates = own.filter(({ kind, deletedAt }) => kind === 'folder' && deletedAt === undefined);
  if (candidates.length === 0 || folders.length >= FOLDERS_MAX) return 'nothing to share';
  const body = { namespaceId, folderId: chance.pick(candidates).nodeId };
  const answer = await person.client.api.shareFolder({ body });
  if (!answer.ok) return answer.problem.code;
  const { folder } = answer.value;
  if (!folders.includes(folder.namespaceId)) folders.push(folder.namespaceId);
  return folder.name;
}

interface Given {
  readonly person: SimulatedPerson;
  readonly grapevine: Grapevine;
  readonly chance: Chance;
  readonly namespaceId: NamespaceId;
}

async function perform(given: Given, doing: Exclude<SharingDoing, 'share'>): Promise<string> {
  switch (doing) {
    case 'invite':
    case 'withdraw':
      return invitations(given, doing);
    case 'accept':
    case 'decline':
      return answerOne(given, doing);
    case 'change-role':
      return changeRole(given, given.chance.pick(ROLES));
    case 'hand-over':
      return changeRole(given, 'owner');
    case 'remove':
    case 'leave':
      return remove(given, doing);
    case 'unshare':
    case 'look':
      return whole(given, doing);
  }
}

async function invitations(
  { person, grapevine, chance, namespaceId }: Given,
  doing: 'invite' | 'withdraw',
): Promise<string> {
  const { api } = person.client;
  const parameters = { namespaceId };
  if (doing === 'invite') {
    const role = chance.pick(ROLES);
    const email = chance.happens(0.3) ? { email: 'somebody@example.org' } : {};
    const answer = await api.invite({ parameters, body: { role, ...email } });
    if (!answer.ok) return answer.problem.code;
    grapevine.tokens.push(answer.value.token);
    return role;
  }
  const listed = await api.listInvitations({ parameters });
  const [found] = listed.ok ? listed.value.invitations : [];
  if (found === undefined) return 'none';
  const { invitationId } = found;
  const answer = await api.withdrawInvitation({ parameters: { namespaceId, invitationId } });
  return answer.ok ? 'withdrawn' : answer.problem.code;
}

async function answerOne({ person, grapevine, chance }: Given, doing: 'accept' | 'decline'): Promise<string> {
  const { api } = person.client;
  if (grapevine.tokens.length === 0) return 'no token';
  const body = { token: chance.pick(grapevine.tokens) };
  const answer = await (doing === 'accept' ? api.acceptInvitation({ body }) : api.declineInvitation({ body }));
  return answer.ok ? doing : answer.problem.code;
}

async function changeRole({ person, grapevine, chance, namespaceId }: Given, role: Role): Promise<string> {
  const { accountId } = chance.pick(grapevine.people).member;
  const answer = await person.client.api.changeRole({ parameters: { namespaceId, accountId }, body: { role } });
  return answer.ok ? `${accountId.slice(-4)} ${role}` : answer.problem.code;
}

async function remove({ person, grapevine, chance, namespaceId }: Given, doing: 'remove' | 'leave'): Promise<string> {
  const { accountId } = doing === 'leave' ? person.member : chance.pick(grapevine.people).member;
  const answer = await person.client.api.removeMember({ parameters: { namespaceId, accountId } });
  return answer.ok ? accountId.slice(-4) : answer.problem.code;
}

async function whole({ person, namespaceId }: Given, doing: 'unshare' | 'look'): Promise<string> {
  const { api } = person.client;
  if (doing === 'unshare') {
    const answer = await api.unshare({ parameters: { namespaceId } });
    return answer.ok ? `${answer.value.removed} removed` : answer.problem.code;
  }
  const answer = await api.listMembers({ parameters: { namespaceId }, query: {} });
  return answer.ok ? `${answer.value.members.length} members` : answer.problem.code;
}
