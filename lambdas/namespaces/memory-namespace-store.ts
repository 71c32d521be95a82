import {
  type AccountId,
  assert,
  epochMs,
  formatInstant,
  type NamespaceId,
  type NodeId,
  type OpId,
  type Role,
  type TrashEntry,
} from '@syncline/protocol';
import type { DeviceKey } from '../accounts/account-store.ts';
import { MemoryRemainderStore } from '../remainders/memory-remainder-store.ts';
import type { Clock } from '../runtime/clock.ts';
import { roundUpToSecond } from '../runtime/expiry.ts';
import { MemoryMemberships } from '../sharing/memory-memberships.ts';
import { mountsAdded, type SharingChange, type StoredMount } from '../sharing/sharing-change.ts';
import { sharedHead } from './empty-head.ts';
import { groundedHead } from './grounded-head.ts';
import { applyTransaction, areRowsAsExpected, type MemoryNamespace, trashKey } from './memory-transaction.ts';
import {
  type Access,
  type CommitTransactionOutcome,
  type ContentName,
  contentKey,
  type EntryPage,
  type ExpiryProgress,
  type JournalEntry,
  type NamespaceHead,
  type NamespaceStore,
  type NamespaceTransaction,
  NODE_KEYS_MAX,
  type Place,
  placeKey,
  type RevisionKey,
  type RevisionMark,
  type StoredNode,
  type StoredResult,
  type StoredRevision,
  type TrashKey,
} from './namespace-store.ts';
import { assertTransaction, remaindersOf } from './transaction-items.ts';

/** Namespaces in the memory of one process: the model that the DynamoDB store is compared with. */
export class MemoryNamespaceStore implements NamespaceStore {
  readonly #clock: Clock;
  readonly #namespaces = new Map<NamespaceId, MemoryNamespace>();
  readonly #results = new Map<string, StoredResult>();
  readonly memberships = new MemoryMemberships();
  readonly remainders = new MemoryRemainderStore();

  constructor(dependencies: { readonly clock: Clock }) {
    this.#clock = dependencies.clock;
  }

  /** Makes a namespace with its first member. Precondition: it does not exist. */
  createNamespace(head: NamespaceHead, role: Role): void {
    const { namespaceId, ownerAccountId } = head;
    assert(!this.#namespaces.has(namespaceId), 'a namespace is made once');
    this.setRole({ namespaceId, accountId: ownerAccountId, role });
    this.#namespaces.set(namespaceId, {
      head,
      nodes: new Map(),
      folders: new Map(),
      revisions: new Map(),
      entries: [],
      trash: new Map(),
      expiry: {},
    });
  }

  /** Gives an account a role in a namespace that exists, or takes its membership. */
  setRole(member: {
    readonly namespaceId: NamespaceId;
    readonly accountId: AccountId;
    readonly role: Role | undefined;
  }): void {
    const { namespaceId, accountId, role } = member;
    const members = this.memberships.members(namespaceId);
    if (role === undefined) members.delete(accountId);
    else members.set(accountId, { namespaceId, accountId, role, since: formatInstant(epochMs(0)) });
  }

  /** A head as it stands, whoever asks. */
  head(namespaceId: NamespaceId): NamespaceHead | undefined {
    return this.#namespaces.get(namespaceId)?.head;
  }

  async readHead(namespaceId: NamespaceId): Promise<NamespaceHead | undefined> {
    return this.head(namespaceId);
  }

  /** Changes what a head says beside its journal and its bytes. */
  changeHead(
    namespaceId: NamespaceId,
    change: Partial<
      Pick<
        NamespaceHead,
        'accessRev' | 'epoch' | 'memberCount' | 'ownerAccountId' | 'retentionDays' | 'thinning' | 'timeFloor'
      >
    >,
  ): void {
    const namespace = this.#namespaces.get(namespaceId);
    if (namespace !== undefined) namespace.head = { ...namespace.head, ...change };
  }

  /** Appends the next entry of a journal, whose namespace exists. */
  appendEntry(entry: JournalEntry): void {
    const namespace = this.#namespaces.get(entry.namespaceId);
    assert(namespace?.head.seq === entry.seq - 1, 'entries are numbered on from the head');
    namespace.entries.push({ ...entry, expiresAt: roundUpToSecond(entry.expiresAt) });
    namespace.head = { ...namespace.head, seq: entry.seq };
  }

  listHeads(): readonly NamespaceHead[] {
    return [...this.#namespaces.values()].map(({ head }) => head);
  }

  /** Files that have a content, by where their rows lie. */
  listFiles(): readonly { readonly namespaceId: NamespaceId; readonly nodeId: NodeId }[] {
    return [...this.#namespaces.values()].flatMap(({ head, revisions }) => {
      const files = head.groundId === undefined ? [...revisions].filter(([, contents]) => contents.size > 0) : [];
      return files.map(([nodeId]) => ({ namespaceId: head.namespaceId, nodeId }));
    });
  }

  listMembers(namespaceId: NamespaceId): readonly AccountId[] {
    return [...this.memberships.members(namespaceId).keys()].toSorted();
  }

  async readAccess(key: {
    readonly namespaceId: NamespaceId;
    readonly accountId: AccountId;
  }): Promise<Access | undefined> {
    const namespace = this.#namespaces.get(key.namespaceId);
    const role = this.memberships.members(key.namespaceId).get(key.accountId)?.role;
    if (namespace === undefined || role === undefined) return undefined;
    const ground = namespace.head.groundId === undefined ? undefined : this.head(namespace.head.groundId);
    return { head: ground === undefined ? namespace.head : groundedHead(namespace.head, ground), role };
  }

  async getGround(namespaceId: NamespaceId): Promise<NamespaceId> {
    return this.head(namespaceId)?.groundId ?? namespaceId;
  }

  async getNodes(namespaceId: NamespaceId, nodeIds: readonly NodeId[]): Promise<ReadonlyMap<NodeId, StoredNode>> {
    assert(nodeIds.length <= NODE_KEYS_MAX, 'a read has a limit of keys');
    const found = new Map<NodeId, StoredNode>();
    for (const nodeId of nodeIds) {
      const node = this.#namespaces.get(namespaceId)?.nodes.get(nodeId);
      if (node !== undefined) found.set(nodeId, within(namespaceId, node));
    }
    return found;
  }

  async getPlaces(namespaceId: NamespaceId, places: readonly Place[]): Promise<ReadonlyMap<string, StoredNode>> {
    assert(places.length <= NODE_KEYS_MAX, 'a read has a limit of keys');
    const found = new Map<string, StoredNode>();
    for (const place of places) {
      const node = this.#namespaces.get(namespaceId)?.folders.get(place.parentId)?.get(place.nameKey);
      if (node !== undefined) found.set(placeKey(place), within(namespaceId, node));
    }
    return found;
  }

  async listChildren(page: {
    readonly namespaceId: NamespaceId;
    readonly parentId: NodeId;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{ readonly nodes: readonly StoredNode[]; readonly next?: string }> {
    const folder = this.#namespaces.get(page.namespaceId)?.folders.get(page.parentId);
    const { after } = page;
    const rows = [...(folder ?? [])]
      .filter(([nameKey]) => after === undefined || compareUtf8(nameKey, after) > 0)
      .toSorted(([left], [right]) => compareUtf8(left, right));
    const last = rows[page.limit - 1];
    const next = rows.length > page.limit && last !== undefined ? { next: last[0] } : {};
    return { nodes: rows.slice(0, page.limit).map(([, node]) => within(page.namespaceId, node)), ...next };
  }

  async getRevision(key: RevisionKey): Promise<StoredRevision | undefined> {
    const revision = this.#namespaces.get(key.namespaceId)?.revisions.get(key.nodeId)?.get(key.rev);
    return revision === undefined ? undefined : within(key.namespaceId, revision);
  }

  async getRevisions(
    namespaceId: NamespaceId,
    contents: readonly ContentName[],
  ): Promise<ReadonlyMap<string, StoredRevision>> {
    assert(contents.length <= NODE_KEYS_MAX, 'a read has a limit of keys');
    const found = new Map<string, StoredRevision>();
    for (const content of contents) {
      const revision = await this.getRevision({ namespaceId, ...content });
      if (revision !== undefined) found.set(contentKey(content), revision);
    }
    return found;
  }

  async listRevisions(page: {
    readonly namespaceId: NamespaceId;
    readonly nodeId: NodeId;
    readonly before?: number;
    readonly limit: number;
  }): Promise<{ readonly revisions: readonly StoredRevision[]; readonly next?: number }> {
    const before = page.before ?? Number.POSITIVE_INFINITY;
    const all = this.#namespaces.get(page.namespaceId)?.revisions.get(page.nodeId);
    const rows = [...(all?.values() ?? [])].filter(({ rev }) => rev < before).toSorted((a, b) => b.rev - a.rev);
    const last = rows[page.limit - 1];
    const next = rows.length > page.limit && last !== undefined ? { next: last.rev } : {};
    return { revisions: rows.slice(0, page.limit).map((revision) => within(page.namespaceId, revision)), ...next };
  }

  async markRevision(key: RevisionKey, mark: RevisionMark): Promise<StoredRevision | undefined> {
    const revisions = this.#namespaces.get(key.namespaceId)?.revisions.get(key.nodeId);
    const revision = revisions?.get(key.rev);
    if (revisions === undefined || revision === undefined) return undefined;
    const { label, kept, ...unmarked } = revision;
    const marked = { label: mark.label === undefined ? label : mark.label, kept: mark.kept ?? kept };
    const changed = {
      ...unmarked,
      ...(typeof marked.label === 'string' ? { label: marked.label } : {}),
      ...(marked.kept === true ? { kept: true } : {}),
    };
    revisions.set(key.rev, changed);
    return changed;
  }

  async listNamespaces(): Promise<{ readonly heads: readonly NamespaceHead[] }> {
    return { heads: [...this.#namespaces.values()].map(({ head }) => head) };
  }

  async readExpiry(namespaceId: NamespaceId): Promise<ExpiryProgress> {
    return this.#namespaces.get(namespaceId)?.expiry ?? {};
  }

  async writeExpiry(namespaceId: NamespaceId, progress: ExpiryProgress): Promise<void> {
    const namespace = this.#namespaces.get(namespaceId);
    if (namespace !== undefined) namespace.expiry = progress;
  }

  async listTrash(page: {
    readonly namespaceId: NamespaceId;
    readonly before?: TrashKey;
    readonly limit: number;
  }): Promise<{ readonly entries: readonly TrashEntry[]; readonly next?: TrashKey }> {
    const before = page.before === undefined ? undefined : trashKey(page.before);
    const rows = [...(this.#namespaces.get(page.namespaceId)?.trash ?? [])]
      .filter(([key]) => before === undefined || key < before)
      .toSorted(([left], [right]) => (left < right ? 1 : -1));
    const entries = rows.slice(0, page.limit).map(([, entry]) => entry);
    const last = entries.at(-1);
    return rows.length <= page.limit || last === undefined ? { entries } : { entries, next: last };
  }

  async listEntries(page: EntryPage): Promise<readonly JournalEntry[]> {
    const now = this.#clock.now();
    const run: JournalEntry[] = [];
    const entries = this.#namespaces.get(page.namespaceId)?.entries ?? [];
    for (const entry of entries.slice(page.after, page.after + page.limit)) {
      if (entry.expiresAt > now) run.push(entry);
      else if (run.length > 0) break;
    }
    return run;
  }

  async listMounts(accountId: AccountId): Promise<readonly StoredMount[]> {
    return [...this.memberships.mounts(accountId).values()].toSorted((a, b) =>
      a.namespaceId < b.namespaceId ? -1 : 1,
    );
  }

  async getResults(device: DeviceKey, opIds: readonly OpId[]): Promise<ReadonlyMap<OpId, StoredResult>> {
    const found = new Map<OpId, StoredResult>();
    for (const opId of opIds) {
      const result = this.#results.get(resultKeyText(device, opId));
      if (result !== undefined) found.set(opId, result);
    }
    return found;
  }

  async commit(transaction: NamespaceTransaction): Promise<CommitTransactionOutcome> {
    assertTransaction(transaction);
    const namespace = this.#namespaces.get(transaction.namespaceId);
    if (namespace === undefined || !this.#isAsExpected(namespace, transaction)) return { kind: 'superseded' };
    applyTransaction(namespace, transaction);
    const { namespaceId, groundId = namespaceId, settling } = transaction;
    this.remainders.apply(groundId, settling, remaindersOf(transaction));
    this.#count(transaction);
    this.#leaveTrash(transaction);
    if (transaction.sharing !== undefined) this.#share(namespace, transaction.sharing);
    for (const made of transaction.results) this.#results.set(resultKeyText(made, made.opId), made.result);
    return { kind: 'committed' };
  }

  /** Bytes count where the rows lie. */
  #count({ namespaceId, groundId = namespaceId, ...deltas }: NamespaceTransaction): void {
    const ground = this.#namespaces.get(groundId);
    assert(ground !== undefined, 'a namespace has its ground');
    const { bytesLogical, bytesRetained, bytesTrash = 0 } = ground.head;
    const { bytesTrashDelta = 0 } = deltas;
    ground.head = {
      ...ground.head,
      bytesLogical: bytesLogical + deltas.bytesLogicalDelta,
      bytesRetained: bytesRetained + deltas.bytesRetainedDelta,
      ...(bytesTrashDelta === 0 ? {} : { bytesTrash: bytesTrash + bytesTrashDelta }),
    };
  }

  /** What lay in the trash when its folder was shared leaves that of the home. */
  #leaveTrash({ groundId, trash }: NamespaceTransaction): void {
    const ground = groundId === undefined ? undefined : this.#namespaces.get(groundId);
    for (const { kind, entry } of trash) if (kind === 'leave') ground?.trash.delete(trashKey(entry));
  }

  #hasRoom({ namespaceId, groundId = namespaceId, roomBytes }: NamespaceTransaction): boolean {
    return roomBytes === undefined || (this.#namespaces.get(groundId)?.head.bytesLogical ?? 0) <= roomBytes;
  }

  #share(home: MemoryNamespace, change: SharingChange): void {
    const mountCount = (home.head.mountCount ?? 0) + mountsAdded(change);
    home.head = { ...home.head, mountCount, ...(change.kind === 'found' ? { isGround: true } : {}) };
    if (change.kind === 'found') {
      // The same rows, under another head and with another journal.
      const { namespaceId } = change.folder;
      this.#namespaces.set(namespaceId, { ...home, head: sharedHead(change.folder), entries: [], trash: new Map() });
    }
    if (change.kind === 'join') {
      const { namespaceId } = change.member;
      this.appendEntry(change.told.entry);
      this.changeHead(namespaceId, { memberCount: (this.head(namespaceId)?.memberCount ?? 0) + 1 });
    }
    this.memberships.apply(change);
  }

  #allows(change: SharingChange | undefined): boolean {
    if (change === undefined) return true;
    const head = this.head(change.mount.namespaceId);
    // A head without members that count is that of a home namespace.
    if (change.kind === 'found' && head !== undefined) return false;
    return this.memberships.allows(change, head);
  }

  #isAsExpected(namespace: MemoryNamespace, transaction: NamespaceTransaction): boolean {
    const { head } = namespace;
    return (
      head.seq === transaction.expectedSeq &&
      head.epoch === transaction.epoch &&
      (transaction.accessRev ?? head.accessRev ?? 0) === (head.accessRev ?? 0) &&
      isKeptAs(head, transaction.retention) &&
      this.#allows(transaction.sharing) &&
      this.#hasRoom(transaction) &&
      this.remainders.allows(transaction.groundId ?? transaction.namespaceId, transaction.settling) &&
      areRowsAsExpected(namespace, transaction) &&
      transaction.results.every((made) => !this.#results.has(resultKeyText(made, made.opId)))
    );
  }
}

function isKeptAs(head: NamespaceHead, retention: NamespaceTransaction['retention'] = head): boolean {
  return head.retentionDays === retention.retentionDays && head.thinning === retention.thinning;
}

/** A row as the namespace that reads it has it: where several share their rows, another one may have written it. */
function within<Row extends { readonly namespaceId: NamespaceId }>(namespaceId: NamespaceId, row: Row): Row {
  return row.namespaceId === namespaceId ? row : { ...row, namespaceId };
}

function resultKeyText({ accountId, deviceId }: DeviceKey, opId: OpId): string {
  return `${accountId}/${deviceId}/${opId}`;
}

/** The order of sort keys in DynamoDB: bytes of UTF-8, which is not the order of JavaScript strings. */
function compareUtf8(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
