import {
  assert,
  type InvitedRole,
  type NamespaceId,
  type Node,
  type NodeId,
  type RouteInput,
  type RouteName,
  type RouteResponse,
  type SharedFolder,
} from '@syncline/protocol';
import { CommitWorld } from './commit-world.ts';
import type { Member } from './in-memory-member.ts';
import type { InMemoryServiceOptions } from './in-memory-service.ts';

/** People who share folders, on the whole service in memory. */
export class SharedWorld extends CommitWorld {
  constructor(options: InMemoryServiceOptions = {}) {
    super(options);
  }

  person(subject: string): Promise<Member> {
    return this.device('desk', subject);
  }

  async call<N extends RouteName>(member: Member, name: N, input: RouteInput<N>): Promise<RouteResponse<N>> {
    const answer = await this.service.invoke(name, input, member);
    assert(answer.ok, answer.ok ? '' : `${name} was refused: ${answer.problem.detail}`);
    return answer.value;
  }

  /** The code of the refusal, or `served`. */
  async codeOf<N extends RouteName>(member: Member, name: N, input: RouteInput<N>): Promise<string> {
    const answer = await this.service.invoke(name, input, member);
    return answer.ok ? 'served' : answer.problem.code;
  }

  async share(owner: Member, folderId: NodeId): Promise<SharedFolder> {
    const { namespaceId } = owner;
    return (await this.call(owner, 'shareFolder', { body: { namespaceId, folderId } })).folder;
  }

  /** Makes a folder with this name at the top of the owner's tree, and shares it. */
  async shareNew(owner: Member, name: string): Promise<NamespaceId> {
    return (await this.share(owner, (await this.mkdir(owner, name)).nodeId)).namespaceId;
  }

  async inviteByLink(owner: Member, namespaceId: NamespaceId, role: InvitedRole = 'editor'): Promise<string> {
    return (await this.call(owner, 'invite', { parameters: { namespaceId }, body: { role } })).token;
  }

  /** Makes somebody a member; answers the mount. */
  async welcome(owner: Member, guest: Member, to: { namespaceId: NamespaceId; role?: InvitedRole }): Promise<Node> {
    const token = await this.inviteByLink(owner, to.namespaceId, to.role);
    return this.accept(guest, token);
  }

  /** Makes somebody a member again whom the owner removed: open invitations are not for them any more. */
  async welcomeBack(owner: Member, guest: Member, namespaceId: NamespaceId): Promise<Node> {
    const body = { role: 'editor', email: `${guest.subject}@example.org` } as const;
    const { token } = await this.call(owner, 'invite', { parameters: { namespaceId }, body });
    return this.accept(guest, token);
  }

  private async accept(guest: Member, token: string): Promise<Node> {
    return (await this.call(guest, 'acceptInvitation', { body: { token } })).mount;
  }
}

/** A member who works in another namespace than its home. */
export function inside(member: Member, namespaceId: NamespaceId): Member {
  return { ...member, namespaceId };
}
