import {
  type ChangesResponse,
  type CommitResponse,
  type ContentHash,
  type DeviceId,
  type NamespaceId,
  type OperationResult,
  type OpId,
  type RouteName,
  rootNodeId,
  type ServerMessage,
  type UploadId,
  unpackManifest,
} from '@syncline/protocol';
import type { JournalEntry, NamespaceTransaction, StoredRevision } from '../../lambdas/namespaces/namespace-store.ts';
import type { RouteOperations } from '../../lambdas/runtime/route-operation.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { createSocketHandler } from '../../lambdas/sockets/create-socket-handler.ts';
import type { AppendedEntry } from '../../lambdas/sockets/notify-devices.ts';
import { sha256Hex } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import type { InMemoryStores } from '../support/in-memory-stores.ts';
import { readRecorded } from '../support/stored-chunk.ts';
import type { Chance } from './chance.ts';
import type { ContentLedger } from './content-ledger.ts';
import { positionsIn } from './cursor-positions.ts';
import { type DoomedFile, JournalOracle } from './journal-oracle.ts';
import { type AskedOperation, ModelMirror } from './model-mirror.ts';
import { SimulatedClock } from './simulated-clock.ts';
import type { Stage } from './stage.ts';

/** Longest pause before one call of a store, in simulated ms. */
const STORE_PAUSE_MS_MAX = 8;

/** The methods of each store that the operations await, and those of them that write. */
const STORE_CALLS = {
  namespaces: {
    reads: [
      'readAccess',
      'getNodes',
      'getPlaces',
      'listChildren',
      'getRevision',
      'getRevisions',
      'listRevisions',
      'listEntries',
      'listTrash',
      'getResults',
      'listMounts',
    ],
    writes: ['commit', 'markRevision'],
  },
  sharing: {
    reads: ['getFolder', 'getMember', 'listMembers', 'getMount', 'getInvitation', 'listInvitations'],
    writes: ['changeRole', 'removeMember', 'transfer', 'putInvitation', 'deleteInvitation'],
  },
  references: {
    reads: ['isLastPass', 'listContents', 'isReferenced', 'getPosition'],
    writes: ['beginPass', 'beginAdding', 'endAdding', 'beginDropping', 'endDropping', 'add', 'drop', 'advance'],
  },
  chunks: { reads: ['lookup', 'locate'], writes: ['recordStored', 'recordHolder', 'pin'] },
  packs: { reads: [], writes: ['record', 'condemn', 'markDeleted'] },
  objects: { reads: ['head', 'read'], writes: ['write'] },
  uploads: { reads: [], writes: ['create', 'confirm'] },
  accounts: { reads: ['getDevice'], writes: [] },
} as const;

export interface SimulatedServiceOptions {
  /** Whether all commits are repeated on the model, which knows neither shared folders nor purges; true when absent. */
  readonly isMirrored?: boolean;
  /** What watches the operations, innermost. */
  readonly watched?: (operations: RouteOperations<RouteName>) => RouteOperations<RouteName>;
}

/** The real handlers on the memory stores, under simulated time, with every transaction checked as it is applied. */
export class SimulatedService {
  readonly clock: SimulatedClock;
  readonly inMemory: InMemoryService;
  readonly oracles = new Map<NamespaceId, JournalOracle>();
  /** Called with what the journal's stream would tell. */
  onAppended: (entries: readonly AppendedEntry[]) => void = () => undefined;
  /** Called with what was committed, when it is. */
  onCommitted: (transaction: NamespaceTransaction) => void = () => undefined;
  /** Called after members, roles or invitations were changed. */
  onShared: () => void = () => undefined;
  /** Called with files that are about to go, and the operation that deletes them. */
  onDelete: (entry: JournalEntry, oracle: JournalOracle, files: readonly DoomedFile[]) => void = () => undefined;
  readonly #stage: Stage;
  readonly #ledger: ContentLedger;
  readonly #chance: Chance;
  /** How often a call of a store lets others go first. */
  readonly #turnRate: number;
  readonly #results = new Map<string, string>();
  readonly #mirrors = new Map<NamespaceId, ModelMirror>();
  /** What devices have asked for, by device and opId. */
  readonly #asked = new Map<string, AskedOperation>();
  readonly #uploads = new Map<UploadId, ContentHash>();
  readonly #connect: ReturnType<typeof createSocketHandler>;
  readonly #isMirrored: boolean;
  #seen: InMemoryStores | undefined;
  /** The highest sequence that was ever answered to somebody. */
  readonly #answered = new Map<NamespaceId, number>();

  constructor(stage: Stage, ledger: ContentLedger, options: SimulatedServiceOptions = {}) {
    this.#isMirrored = options.isMirrored ?? true;
    this.#stage = stage;
    this.#ledger = ledger;
    this.#chance = stage.chance.fork('service');
    this.#turnRate = this.#chance.pick([0, 0.1, 1]);
    this.clock = new SimulatedClock(stage.scheduler);
    this.inMemory = new InMemoryService({
      clock: this.clock,
      seed: `${this.#chance.uint32()}`,
      seen: (stores) => this.#withTurns(stores),
      watched: (operations) => this.#watched(options.watched?.(operations) ?? operations),
    });
    this.#connect = createSocketHandler({ ...this.stores, allowedOrigins: [] });
  }

  get stores(): InMemoryStores {
    return this.inMemory.stores;
  }

  /** The stores as the operations see them: every call takes a turn, and may fail. */
  get seen(): InMemoryStores {
    return this.#seen ?? this.stores;
  }

  oracle(namespaceId: NamespaceId): JournalOracle {
    const known = this.oracles.get(namespaceId);
    if (known !== undefined) return known;
    const made = new JournalOracle(this.#stage, this.#ledger, namespaceId);
    made.onDelete = (entry) => this.onDelete(entry, made, made.filesBelow(entry.node.nodeId));
    this.oracles.set(namespaceId, made);
    return made;
  }

  /** What API Gateway does when a device opens a WebSocket. Whether it was let in. */
  async openSocket(options: {
    readonly connectionId: string;
    readonly url: string;
    readonly receive: (message: ServerMessage) => void;
    readonly closed: () => void;
  }): Promise<boolean> {
    const { connectionId, url, receive, closed } = options;
    const { statusCode } = await this.#connect({
      queryStringParameters: { ticket: new URL(url).searchParams.get('ticket') ?? undefined },
      requestContext: { routeKey: '$connect', requestId: connectionId, connectionId },
    });
    if (statusCode !== 200) return false;
    this.stores.pusher.open(connectionId, { receive, closed });
    return true;
  }

  /** What API Gateway does with a message of a device. Answers what it is answered with. */
  async hearSocket(connectionId: string, body: string): Promise<string | undefined> {
    const requestContext = { routeKey: 'ping', requestId: connectionId, connectionId };
    return (await this.#connect({ body, requestContext })).body;
  }

  /** The connection has ended, and API Gateway has noticed. */
  dropSocket(connectionId: string): void {
    this.stores.pusher.drop(connectionId);
    const requestContext = { routeKey: '$disconnect', requestId: connectionId, connectionId };
    void this.#connect({ requestContext });
  }

  /** Every call of a store takes a turn, so that requests at one time come between each other; and some of them fail. */
  #withTurns(stores: InMemoryStores): InMemoryStores {
    const seen: Record<string, unknown> = { ...stores };
    for (const [name, { reads, writes }] of Object.entries(STORE_CALLS)) {
      const store = stores[name as keyof typeof STORE_CALLS];
      const calls = new Map<string, unknown>();
      for (const method of [...reads, ...writes]) {
        const original = Reflect.get(store, method) as (...parameters: readonly unknown[]) => Promise<unknown>;
        const isWrite = (writes as readonly string[]).includes(method);
        const call = (...parameters: readonly unknown[]) => Reflect.apply(original, store, parameters);
        const checked =
          name === 'namespaces' && method === 'commit'
            ? this.#checkedCommit(stores, call)
            : name === 'sharing' && isWrite
              ? this.#toldSharing(call)
              : call;
        calls.set(method, (...parameters: readonly unknown[]) =>
          this.#storeCall(isWrite, () => checked(...parameters)),
        );
      }
      seen[name] = new Proxy(store, {
        get: (target, method) => {
          const call = calls.get(String(method));
          if (call !== undefined) return call;
          const member: unknown = Reflect.get(target, method, target);
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        },
      });
    }
    this.#seen = seen as unknown as InMemoryStores;
    return this.#seen;
  }

  #toldSharing(call: (...parameters: readonly unknown[]) => Promise<unknown>) {
    return async (...parameters: readonly unknown[]): Promise<unknown> => {
      const answer = await call(...parameters);
      this.onShared();
      return answer;
    };
  }

  /** A port with turns around its calls, some of which fail. */
  withTurns<Port extends object>(port: Port, writes: readonly (keyof Port & string)[]): Port {
    return new Proxy(port, {
      get: (target, method) => {
        const member: unknown = Reflect.get(target, method, target);
        if (typeof member !== 'function') return member;
        const isWrite = (writes as readonly (string | symbol)[]).includes(method);
        return (...parameters: readonly unknown[]) =>
          this.#storeCall(isWrite, () => Reflect.apply(member, target, parameters) as Promise<unknown>);
      },
    });
  }

  async #storeCall(isWrite: boolean, call: () => Promise<unknown>): Promise<unknown> {
    const { faults, scheduler } = this.#stage;
    if (this.#turnRate > 0 && this.#chance.happens(this.#turnRate)) {
      await scheduler.sleep(this.#chance.fraction() * STORE_PAUSE_MS_MAX);
    }
    if (faults.strikes('store-failed')) throw new UnavailableError('the store did not answer');
    const answer = await call();
    if (isWrite && faults.strikes('store-answer-lost')) throw new UnavailableError('the answer of the store was lost');
    return answer;
  }

  #checkedCommit(stores: InMemoryStores, call: (...parameters: readonly unknown[]) => Promise<unknown>) {
    return async (...parameters: readonly unknown[]): Promise<unknown> => {
      const transaction = parameters[0] as NamespaceTransaction;
      const outcome = (await call(transaction)) as { readonly kind: string };
      if (outcome.kind !== 'committed') return outcome;
      const oracle = this.oracle(transaction.namespaceId);
      for (const entry of transaction.entries) {
        this.#stage.tell(
          'service',
          () =>
            `${entry.seq} ${entry.type} ${oracle.pathOf(entry.node.nodeId) ?? '-'} → ${entry.node.name} r${entry.node.rev}`,
        );
      }
      await this.catchUp(transaction.namespaceId);
      oracle.apply(transaction);
      if (transaction.sharing?.kind === 'found') this.#divide(oracle, transaction.sharing.folder.namespaceId);
      if (transaction.sharing !== undefined) this.onShared();
      if (this.#isMirrored) this.#mirror(transaction);
      this.onCommitted(transaction);
      for (const revision of transaction.revisions) await this.checkStored(revision);
      this.onAppended(stores.namespaces.takeAppended());
      return outcome;
    };
  }

  /** A folder has become a namespace: what lies in it is of that from now on. */
  #divide(home: JournalOracle, namespaceId: NamespaceId): void {
    this.oracle(namespaceId).adopt(home.release(rootNodeId(namespaceId)));
  }

  #mirror(transaction: NamespaceTransaction): void {
    const { namespaceId } = transaction;
    const mirror = this.#mirrors.get(namespaceId) ?? new ModelMirror(this.#stage, this.#ledger, namespaceId);
    this.#mirrors.set(namespaceId, mirror);
    mirror.apply(transaction, {
      operation: (deviceId, opId) => this.#asked.get(`${deviceId}/${opId}`),
      upload: (uploadId) => this.#uploads.get(uploadId),
    });
  }

  /** Takes over the entries about members that no commit has made. */
  async catchUp(namespaceId: NamespaceId): Promise<void> {
    const oracle = this.oracle(namespaceId);
    const after = oracle.entries.length;
    const entries = await this.stores.namespaces.listEntries({ namespaceId, after, limit: Number.MAX_SAFE_INTEGER });
    for (const entry of entries) {
      if (entry.type !== 'member') return;
      oracle.noteMember(entry);
    }
  }

  /** I-1 of one revision. */
  async checkStored(revision: StoredRevision): Promise<void> {
    const { chunks, objects } = this.stores;
    const refs = revision.manifest === undefined ? [] : unpackManifest(revision.manifest);
    const records = await chunks.locate(
      revision.domain,
      refs.map(({ hash }) => hash),
    );
    for (const { hash, size } of refs) {
      const record = records.get(hash);
      const bytes = record === undefined ? undefined : await readRecorded({ objects }, record);
      const isThere = record?.size === size && bytes !== undefined && sha256Hex(bytes) === hash;
      this.#stage.check(isThere, 'I-1', () => `revision ${revision.rev} of ${revision.nodeId} lacks chunk ${hash}`);
    }
  }

  #watched(operations: RouteOperations<RouteName>): RouteOperations<RouteName> {
    return {
      ...operations,
      initiateUploads: async (request, caller) => {
        const outcome = await operations.initiateUploads(request, caller);
        for (const [index, { uploadId }] of (outcome.kind === 'done' ? outcome.value.uploads : []).entries()) {
          const file = request.body.files[index];
          if (file !== undefined) this.#uploads.set(uploadId, file.contentHash);
        }
        return outcome;
      },
      commit: async (request, caller) => {
        const { deviceId, name: deviceName } = caller.device;
        for (const operation of request.body.operations) {
          this.#asked.set(`${deviceId}/${operation.opId}`, { operation, deviceName });
        }
        const outcome = await operations.commit(request, caller);
        if (outcome.kind === 'done') {
          for (const result of outcome.value.results) this.#checkResult(deviceId, result);
          await this.#checkAdvance(request.body.cursor, outcome.value);
        }
        return outcome;
      },
      listChanges: async (request, caller) => {
        const answered = new Map(this.#answered);
        const outcome = await operations.listChanges(request, caller);
        for (const { namespaceId } of positionsIn(request.query.cursor)) await this.catchUp(namespaceId);
        if (outcome.kind === 'done') this.#checkDelta(request.query.cursor, outcome.value, answered);
        return outcome;
      },
    };
  }

  #checkResult(deviceId: DeviceId, result: OperationResult): void {
    if (result.status !== 'committed') return;
    const { namespaceId } = result.node;
    this.#answered.set(namespaceId, Math.max(result.seq, this.#answered.get(namespaceId) ?? 0));
    const key: `${DeviceId}/${OpId}` = `${deviceId}/${result.opId}`;
    const text = JSON.stringify(result);
    const first = this.#results.get(key);
    this.#stage.check(first === undefined || first === text, 'I-8', () => `${key} was answered ${first}, then ${text}`);
    this.#results.set(key, text);
  }

  #checkDelta(cursor: string, value: ChangesResponse, answered: ReadonlyMap<NamespaceId, number>): void {
    const reached = new Map(positionsIn(value.cursor).map((position) => [position.namespaceId, position]));
    for (const from of positionsIn(cursor)) {
      const to = reached.get(from.namespaceId);
      // What was left, or has to be listed anew, is told so.
      if (to === undefined || value.toList?.includes(from.namespaceId) === true) {
        this.#stage.check(
          to !== undefined || value.left?.includes(from.namespaceId) === true,
          'I-11',
          () => `of ${from.namespaceId} nothing was told`,
        );
        continue;
      }
      const changes = value.changes.filter(({ namespaceId }) => namespaceId === from.namespaceId);
      const least = value.hasMore ? 0 : (answered.get(from.namespaceId) ?? 0);
      this.#checkSpan({ from: from.seq, to: to.seq, changes, least });
    }
  }

  /** What a commit says has been read with its results: a delta would have told these entries, and no others. */
  async #checkAdvance(cursor: string | undefined, { results, cursor: next }: CommitResponse): Promise<void> {
    if (cursor === undefined || next === undefined) return;
    const reached = new Map(positionsIn(next).map((position) => [position.namespaceId, position]));
    for (const { namespaceId, seq: from } of positionsIn(cursor)) {
      await this.catchUp(namespaceId);
      const to = reached.get(namespaceId)?.seq ?? 0;
      const told = results.filter((result) => result.status === 'committed');
      const { entries } = this.oracle(namespaceId);
      const isEntry = (each: (typeof told)[number]) => entries[each.seq - 1]?.node.nodeId === each.node.nodeId;
      // What was found as it is wanted is answered with the head, which may be an entry of this very request, and of this very node.
      const own = told.filter((each) => each.node.namespaceId === namespaceId && each.seq > from && isEntry(each));
      const bySeq = new Map(own.map((result) => [result.seq, { namespaceId, ...result }]));
      const changes = [...bySeq.values()].toSorted((left, right) => left.seq - right.seq);
      this.#checkSpan({ from, to, changes, least: 0 });
    }
  }

  #checkSpan({ from, to, changes, least }: Span): void {
    const told = changes.map(({ seq }) => seq);
    const expected = Array.from({ length: to - from }, (_, index) => from + 1 + index);
    this.#stage.check(String(told) === String(expected), 'I-11', () => `from ${from} to ${to} came ${String(told)}`);
    for (const change of changes) {
      const entry = this.oracle(change.namespaceId).entries[change.seq - 1];
      const isSame = JSON.stringify(change.node) === JSON.stringify(entry?.node);
      this.#stage.check(isSame, 'I-11', () => `entry ${change.seq} was told otherwise than it was made`);
    }
    this.#stage.check(to >= least, 'I-10', () => `${least} was answered, the delta ends at ${to}`);
  }
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly changes: readonly Pick<ChangesResponse['changes'][number], 'namespaceId' | 'seq' | 'node'>[];
  /** What was answered before the delta was asked for. */
  readonly least: number;
}
