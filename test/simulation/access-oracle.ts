import {
  type AccountId,
  type CommitResponse,
  type ContentAmongOthers,
  type ContentResponse,
  type DeviceId,
  type NamespaceId,
  NodeId,
  type Operation,
  type ReadContentsResponse,
  type Role,
  type RouteName,
  rootNodeId,
  SERVICE_DEVICE_ID,
  unpackManifest,
} from '@syncline/protocol';
import type { NamespaceTransaction } from '../../lambdas/namespaces/namespace-store.ts';
import type { Outcome } from '../../lambdas/runtime/outcome.ts';
import type { RouteOperations } from '../../lambdas/runtime/route-operation.ts';
import type { Invariant } from './invariant-violation.ts';
import type { RetainedContents } from './retained-contents.ts';
import { RoleHistory } from './role-history.ts';
import type { SimulatedService } from './simulated-service.ts';
import type { Stage } from './stage.ts';

const READERS: readonly Role[] = ['viewer', 'editor', 'owner'];
const WRITERS: readonly Role[] = ['editor', 'owner'];
const OWNERS: readonly Role[] = ['owner'];

/** Who may be answered, of the routes that name one namespace or mean the caller's home. */
const ALLOWED: Partial<Record<RouteName, readonly Role[]>> = {
  listTree: READERS,
  listChildren: READERS,
  getNode: READERS,
  resolvePath: READERS,
  listRevisions: READERS,
  getContent: READERS,
  listTrash: READERS,
  listActivity: READERS,
  restoreTree: READERS,
  listMembers: READERS,
  markRevision: WRITERS,
  changeRole: OWNERS,
  unshare: OWNERS,
  invite: OWNERS,
  listInvitations: OWNERS,
  withdrawInvitation: OWNERS,
};
/** Routes of which every node that is answered is one of the namespace. */
const TELL_NODES = new Set<RouteName>(['listTree', 'listChildren', 'getNode', 'resolvePath', 'restoreTree']);

interface AnyRequest {
  readonly parameters?: { readonly namespaceId?: NamespaceId; readonly nodeId?: NodeId; readonly rev?: number };
  readonly query?: { readonly namespaceId?: NamespaceId };
  readonly body?: {
    readonly namespaceId?: NamespaceId;
    readonly operations?: readonly Operation[];
    readonly files?: readonly { readonly namespaceId: NamespaceId; readonly nodeId?: NodeId }[];
    readonly label?: string | null;
  };
}

interface AnyCaller {
  readonly accountId?: AccountId;
  readonly device?: { readonly deviceId: DeviceId };
}

interface Answered {
  readonly name: RouteName;
  readonly request: AnyRequest;
  readonly accountId: AccountId;
  readonly deviceId: DeviceId | undefined;
  readonly value: unknown;
  readonly began: number;
}

type AnyOperation = (request: AnyRequest, caller: AnyCaller | undefined) => Promise<Outcome<unknown>>;

/**
 * Watches every answer: it is for somebody who had the role for it at some moment between the request and the answer, and tells of
 * nothing but what lies in the namespace that was asked (I-18); addresses are those of a revision that is retained there (I-19).
 */
export class AccessOracle {
  readonly #stage: Stage;
  readonly #homes = new Map<AccountId, NamespaceId>();
  /** When an operation was committed, by device and opId. */
  readonly #committedAt = new Map<string, number>();
  /** When a node left one namespace for another, by both. */
  readonly #leftAt = new Map<string, number>();
  #world:
    | { readonly service: SimulatedService; readonly retained: RetainedContents; readonly roles: RoleHistory }
    | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Begins to look. */
  attach(service: SimulatedService, retained: RetainedContents): void {
    this.#world = { service, retained, roles: new RoleHistory(service.stores) };
  }

  noteRoles(): number {
    return this.#world?.roles.note() ?? 0;
  }

  /** Takes over what was committed. In a shared folder it is by somebody who may write there at this very moment. */
  noteCommit({ namespaceId, entries, results }: NamespaceTransaction): void {
    const moment = this.noteRoles();
    const head = this.#world?.service.stores.namespaces.head(namespaceId);
    for (const { accountId, deviceId, seq } of head?.groundId === undefined ? [] : entries) {
      const roles = this.#world?.roles.since(moment, namespaceId, accountId) ?? new Set();
      const isAllowed = deviceId === SERVICE_DEVICE_ID || WRITERS.some((role) => roles.has(role));
      this.#stage.check(
        isAllowed,
        'I-18',
        () => `entry ${seq} of ${namespaceId} is by ${accountId}, who may not write`,
      );
    }
    for (const { deviceId, opId } of results) this.#committedAt.set(`${deviceId}/${opId}`, moment);
  }

  /** What lies in a folder belongs to the namespace that the folder has become. */
  noteDivision(homeId: NamespaceId, nodeIds: Iterable<NodeId>): void {
    const moment = this.noteRoles();
    for (const nodeId of nodeIds) this.#leftAt.set(`${homeId}/${nodeId}`, moment);
  }

  watch(operations: RouteOperations<RouteName>): RouteOperations<RouteName> {
    const watched = Object.entries(operations as unknown as Record<RouteName, AnyOperation>).map(([key, operation]) => {
      const name = key as RouteName;
      const call: AnyOperation = async (request, caller) => {
        const began = this.noteRoles();
        this.#beforeMark(name, request);
        const outcome = await operation(request, caller);
        this.noteRoles();
        const accountId = caller?.accountId;
        if (outcome.kind === 'done' && accountId !== undefined) {
          const deviceId = caller?.device?.deviceId;
          await this.#check({ name, request, accountId, deviceId, value: outcome.value, began });
        }
        return outcome;
      };
      return [name, call] as const;
    });
    return Object.fromEntries(watched) as unknown as RouteOperations<RouteName>;
  }

  #beforeMark(name: RouteName, { parameters, body }: AnyRequest): void {
    if (name !== 'markRevision' || typeof body?.label === 'string') return;
    if (parameters?.nodeId === undefined || parameters.rev === undefined) return;
    this.#world?.retained.mark({ nodeId: parameters.nodeId, rev: parameters.rev }, false);
  }

  async #check(answered: Answered): Promise<void> {
    const { name, request, accountId, value } = answered;
    const named = request.parameters?.namespaceId ?? request.query?.namespaceId ?? request.body?.namespaceId;
    const namespaceId = named ?? this.#homes.get(accountId);
    const allowed = ALLOWED[name];
    if (allowed !== undefined && namespaceId !== undefined) {
      this.#expectRole(answered, namespaceId, allowed);
      if (TELL_NODES.has(name)) for (const nodeId of nodesIn(value)) this.#expectNode(answered, namespaceId, nodeId);
    }
    switch (name) {
      case 'getAccount': {
        const { homeNamespaceId } = value as { readonly homeNamespaceId: NamespaceId };
        this.#homes.set(accountId, homeNamespaceId);
        return;
      }
      case 'commit':
        return this.#checkCommit(answered, (value as CommitResponse).results);
      case 'initiateUploads':
        for (const file of request.body?.files ?? []) this.#expectRole(answered, file.namespaceId, WRITERS);
        return;
      case 'markRevision':
        return this.#afterMark(
          request,
          value as { readonly revision: { readonly rev: number; readonly label?: string } },
        );
      case 'getContent':
        if (namespaceId === undefined || request.parameters?.nodeId === undefined) return;
        return this.#checkContent(answered, {
          namespaceId,
          nodeId: request.parameters.nodeId,
          content: value as ContentResponse,
        });
      case 'readContents':
        return this.#checkContents(answered, (value as ReadContentsResponse).contents);
      default:
    }
  }

  #checkCommit(answered: Answered, results: CommitResponse['results']): void {
    for (const [index, result] of results.entries()) {
      const operation = answered.request.body?.operations?.[index];
      if (operation === undefined || result.status !== 'committed') continue;
      const committedAt = this.#committedAt.get(`${answered.deviceId}/${operation.opId}`);
      // What was done before is told once more to whoever may read there, wherever it lies by then.
      if (committedAt !== undefined && committedAt <= answered.began) {
        this.#expectRole(answered, operation.namespaceId, READERS);
        continue;
      }
      this.#expectRole(answered, operation.namespaceId, operation.type === 'purge' ? OWNERS : WRITERS);
      this.#expectNode(answered, operation.namespaceId, result.node.nodeId);
      if (operation.type === 'copy') this.#expectRole(answered, operation.from.namespaceId, READERS);
    }
  }

  async #checkContents(answered: Answered, contents: ReadContentsResponse['contents']): Promise<void> {
    for (const [index, answer] of contents.entries()) {
      const file = answered.request.body?.files?.[index];
      if (answer.status !== 'found' || file?.nodeId === undefined) continue;
      const { namespaceId, nodeId } = file;
      this.#expectRole(answered, namespaceId, READERS);
      await this.#checkContent(answered, { namespaceId, nodeId, content: answer.content });
    }
  }

  async #checkContent(
    answered: Answered,
    read: { readonly namespaceId: NamespaceId; readonly nodeId: NodeId; readonly content: ContentAmongOthers },
  ): Promise<void> {
    const { namespaceId, nodeId, content } = read;
    this.#expectNode(answered, namespaceId, nodeId, 'I-19');
    const revision = this.#world?.retained.revision({ nodeId, rev: content.rev });
    // It may have expired, or been purged, since it was looked at.
    if (revision === undefined) return;
    const named = revision.manifest === undefined ? [] : unpackManifest(revision.manifest).map(({ hash }) => hash);
    const told = content.chunks.map(({ hash }) => hash);
    const isSame = revision.contentHash === content.contentHash && String(told) === String(named);
    this.#stage.check(isSame, 'I-19', () => `revision ${content.rev} of ${nodeId} was answered with ${String(told)}`);
    await this.#world?.service.checkStored(revision);
  }

  #afterMark(
    { parameters }: AnyRequest,
    { revision }: { readonly revision: { readonly rev: number; readonly label?: string } },
  ): void {
    if (parameters?.nodeId === undefined || revision.label === undefined) return;
    this.#world?.retained.mark({ nodeId: parameters.nodeId, rev: revision.rev }, true);
  }

  #expectRole({ name, accountId, began }: Answered, namespaceId: NamespaceId, allowed: readonly Role[]): void {
    const roles = this.#world?.roles.since(began, namespaceId, accountId) ?? new Set();
    const isAllowed = allowed.some((role) => roles.has(role));
    const had = roles.size === 0 ? 'no member' : [...roles].join(' and ');
    this.#stage.check(
      isAllowed,
      'I-18',
      () => `${name} in ${namespaceId} was answered to ${accountId}, who was ${had}`,
    );
  }

  #expectNode(
    { name, accountId, began }: Answered,
    namespaceId: NamespaceId,
    nodeId: NodeId,
    invariant: Invariant = 'I-18',
  ): void {
    if (this.#world === undefined || nodeId === rootNodeId(namespaceId)) return;
    const isOwn = this.#world.service.oracle(namespaceId).nodes.has(nodeId);
    const hasLeft = (this.#leftAt.get(`${namespaceId}/${nodeId}`) ?? 0) > began;
    const isFine = isOwn || hasLeft;
    this.#stage.check(
      isFine,
      invariant,
      () => `${name} told ${accountId} of ${nodeId}, which is not in ${namespaceId}`,
    );
  }
}

/** Every node that an answer names. */
function nodesIn(value: unknown): readonly NodeId[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'nodeId' in value ? [NodeId.parse(value.nodeId)] : [];
  return [...own, ...Object.values(value).flatMap(nodesIn)];
}
