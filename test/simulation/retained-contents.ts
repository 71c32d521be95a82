import { DAY_MS, type NodeId, parseInstant, SERVICE_DEVICE_ID, unpackManifest } from '@syncline/protocol';
import type { ContentName, NamespaceTransaction, StoredRevision } from '../../lambdas/namespaces/namespace-store.ts';
import type { SimulatedService } from './simulated-service.ts';
import type { Stage } from './stage.ts';

/** Whatever the rule says, what was replaced is kept for a day, and what was deleted for 30. */
const KEPT_MS_MIN = DAY_MS;
const TRASH_MS_MIN = 30 * DAY_MS;
/** Of what was replaced within the retention, one revision stays of each day. */
const SLOT_MS = DAY_MS;

/** Every revision that must be readable: it was committed, and neither expired nor purged. */
export class RetainedContents {
  readonly #stage: Stage;
  readonly #service: SimulatedService;
  readonly #revisions = new Map<NodeId, Map<number, StoredRevision>>();
  readonly #marked = new Set<string>();
  readonly #purged = new Set<NodeId>();
  /** What lay below something that was purged. */
  readonly #takenAlong = new Set<NodeId>();

  constructor(stage: Stage, service: SimulatedService) {
    this.#stage = stage;
    this.#service = service;
  }

  /** Whether it was purged, by itself or with what it lay in. */
  isPurged(nodeId: NodeId): boolean {
    return this.#takenAlong.has(nodeId);
  }

  revision({ nodeId, rev }: ContentName): StoredRevision | undefined {
    return this.#revisions.get(nodeId)?.get(rev);
  }

  all(): readonly StoredRevision[] {
    return [...this.#revisions.values()].flatMap((revisions) => [...revisions.values()]);
  }

  /** Nodes that ever had a content. */
  nodeIds(): readonly NodeId[] {
    return [...this.#revisions.keys()];
  }

  /** From before the mark is taken, or after it was made. */
  mark(name: ContentName, isMarked: boolean): void {
    const key = `${name.nodeId}/${name.rev}`;
    if (isMarked) this.#marked.add(key);
    else this.#marked.delete(key);
  }

  /** Takes over what was committed: I-17 of what expired and was purged. */
  apply({ namespaceId, revisions, dropped, entries }: NamespaceTransaction): void {
    for (const { node, type, deviceId } of entries) {
      const isGone = this.#purged.has(node.nodeId) || (type !== 'purged' && this.#takenAlong.has(node.nodeId));
      this.#stage.check(!isGone, 'I-17', () => `${node.name} was purged, and was ${type} then`);
      if (type !== 'purged') continue;
      this.#purged.add(node.nodeId);
      const ageMs = this.#service.clock.now() - parseInstant(node.deletedAt ?? '');
      const isDue = deviceId !== SERVICE_DEVICE_ID || ageMs >= TRASH_MS_MIN;
      this.#stage.check(isDue, 'I-17', () => `${node.name} was purged after ${ageMs} ms in the trash`);
      for (const nodeId of this.#service.oracle(namespaceId).deletedWith(node.nodeId)) {
        this.#takenAlong.add(nodeId);
        this.#revisions.get(nodeId)?.clear();
      }
    }
    for (const revision of revisions) {
      const ofNode = this.#revisions.get(revision.nodeId) ?? new Map<number, StoredRevision>();
      this.#revisions.set(revision.nodeId, ofNode.set(revision.rev, revision));
    }
    for (const name of dropped) this.#drop(namespaceId, name);
  }

  /** I-3: the sweep is about to remove a version of an object. */
  checkRemoval({ key, versionId }: { readonly key: string; readonly versionId: string }): void {
    const { rows } = this.#service.stores.chunks;
    const now = this.#service.clock.now();
    for (const row of rows.values()) {
      const isThere = row.objectKey === key && row.versionId === versionId;
      const isPinned = isThere && row.state !== 'deleted' && row.pinnedUntil > now;
      this.#stage.check(!isPinned, 'I-3', () => `${key} is removed, and holds a pinned chunk`);
    }
    for (const { domain, manifest, nodeId, rev } of this.all()) {
      for (const { hash } of manifest === undefined ? [] : unpackManifest(manifest)) {
        const row = rows.get(`${domain}#${hash}`);
        const isNeeded = row?.objectKey === key && (row.versionId ?? versionId) === versionId;
        this.#stage.check(!isNeeded, 'I-3', () => `${key} is removed, and revision ${rev} of ${nodeId} needs it`);
      }
    }
  }

  /** I-1 and I-17 of everything that is retained. */
  async checkStored(): Promise<void> {
    // Whatever expires or is purged meanwhile need not be there any more.
    const isRetained = (revision: StoredRevision): boolean => this.revision(revision) === revision;
    for (const revision of this.all()) {
      if (isRetained(revision)) await this.#service.checkStored(revision);
      const kept = await this.#service.stores.namespaces.getRevision(revision);
      const isSame = kept?.contentHash === revision.contentHash || !isRetained(revision);
      this.#stage.check(isSame, 'I-17', () => `revision ${revision.rev} of ${revision.nodeId} is gone`);
    }
  }

  #drop(namespaceId: NamespaceTransaction['namespaceId'], { nodeId, rev }: ContentName): void {
    const ofNode = this.#revisions.get(nodeId);
    const revision = ofNode?.get(rev);
    // What was purged goes with all that lay below it, whoever is first to remove it.
    if (this.#takenAlong.has(nodeId)) return;
    const why = revision === undefined ? 'was gone already' : this.#whyKept(namespaceId, revision);
    this.#stage.check(why === undefined, 'I-17', () => `revision ${rev} of ${nodeId} expired, and ${why}`);
    ofNode?.delete(rev);
  }

  #whyKept(namespaceId: NamespaceTransaction['namespaceId'], revision: StoredRevision): string | undefined {
    const { nodeId, rev, losing } = revision;
    if (this.#marked.has(`${nodeId}/${rev}`)) return 'is marked';
    if (this.#service.oracle(namespaceId).nodes.get(nodeId)?.contentRev === rev) return 'is the present content';
    const madeAt = parseInstant(revision.committedAt);
    const later = [...(this.#revisions.get(nodeId)?.values() ?? [])].filter(
      (other) => other.rev > rev && other.losing !== true,
    );
    const successor = later.toSorted((left, right) => left.rev - right.rev)[0];
    const goneAt = losing === true || successor === undefined ? madeAt : parseInstant(successor.committedAt);
    const ageMs = this.#service.clock.now() - goneAt;
    if (ageMs < (losing === true ? TRASH_MS_MIN : KEPT_MS_MIN)) return `was replaced ${ageMs} ms ago`;
    const hasNeighbour = later.some((other) => parseInstant(other.committedAt) - madeAt < SLOT_MS);
    return ageMs >= TRASH_MS_MIN || hasNeighbour ? undefined : 'is all that is left of its day';
  }
}
