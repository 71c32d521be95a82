import { epochMs, HOUR_MS, type NamespaceId } from '@syncline/protocol';
import { openAudit } from '../../admin/audit.ts';
import type { Finding, TableRole } from '../../admin/finding.ts';
import { type FsckOptions, fsck } from '../../admin/fsck.ts';
import { DynamodbAccountStore } from '../../lambdas/accounts/dynamodb-account-store.ts';
import { DynamodbChunkIndex } from '../../lambdas/chunks/dynamodb-chunk-index.ts';
import type { ByteRange, ObjectStore } from '../../lambdas/chunks/object-store.ts';
import { DynamodbLinkStore } from '../../lambdas/links/dynamodb-link-store.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { DynamodbPackIndex } from '../../lambdas/packs/dynamodb-pack-index.ts';
import { DynamodbReferenceStore } from '../../lambdas/references/dynamodb-reference-store.ts';
import { projectNamespace } from '../../lambdas/references/project-namespace.ts';
import { DynamodbRemainderStore } from '../../lambdas/remainders/dynamodb-remainder-store.ts';
import { settleRemainders } from '../../lambdas/remainders/settle-remainders.ts';
import type { Item } from '../../lambdas/runtime/dynamodb-api.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { DynamodbSharingStore } from '../../lambdas/sharing/dynamodb-sharing-store.ts';
import { MemoryRemovableObjects } from '../../lambdas/sweep/memory-removable-objects.ts';
import type { InMemoryStores } from './in-memory-stores.ts';
import { openMemoryTables } from './memory-tables.ts';
import { SharedWorld } from './shared-world.ts';

type TableStores = Pick<InMemoryStores, 'namespaces' | 'chunks' | 'references'>;

function openTableStores(
  dependencies: ReturnType<typeof openMemoryTables> & Pick<InMemoryStores, 'clock' | 'objects'>,
): TableStores {
  const stores = {
    namespaces: new DynamodbNamespaceStore(dependencies),
    accounts: new DynamodbAccountStore(dependencies),
    sharing: new DynamodbSharingStore(dependencies),
    chunks: new DynamodbChunkIndex(dependencies),
    packs: new DynamodbPackIndex(dependencies),
    references: new DynamodbReferenceStore(dependencies),
    links: new DynamodbLinkStore(dependencies),
  };
  // Ports all of them, and the service asks for no more.
  return stores as unknown as TableStores;
}

/** The whole service over tables in memory, whose rows and objects can be damaged, and are looked at as an operator does. */
export class AuditedWorld extends SharedWorld {
  readonly clock: MemoryClock;
  readonly tables = openMemoryTables();
  readonly #stores: TableStores;
  /** Objects of which a byte was flipped in the disk of the bucket: what it says of them is what it computed when they came. */
  readonly #flipped = new Set<string>();

  constructor() {
    const clock = new MemoryClock();
    const tables = openMemoryTables();
    let overTables: TableStores | undefined;
    super({
      clock,
      seen: (stores) => {
        overTables = openTableStores({ ...tables, clock, objects: stores.objects });
        return { ...stores, ...overTables };
      },
    });
    if (overTables === undefined) throw new Error('a service sees its stores when it is made');
    this.clock = clock;
    this.tables = tables;
    this.#stores = overTables;
  }

  audit() {
    const { objects } = this.service.stores;
    return openAudit({
      ...this.tables,
      clock: this.clock,
      objects: this.#bucket(),
      listing: new MemoryRemovableObjects({ objects }),
    });
  }

  /** Does what the journal's stream does in the end: gives every committed file its references, and settles what commits have left. */
  async project(): Promise<void> {
    const { telemetry, objects } = this.service.stores;
    const ports = { ...this.#stores, objects, meter: telemetry, clock: this.clock, random: this.tables.random };
    const { heads } = await this.#stores.namespaces.listNamespaces();
    for (const { namespaceId, epoch, seq } of heads) {
      if (seq > 0) await projectNamespace(ports, namespaceId, { epoch, seq });
    }
    const remainders = new DynamodbRemainderStore(this.tables);
    const settling = { ...ports, remainders };
    for (const { namespaceId, groundId = namespaceId } of heads) {
      await settleRemainders(settling, groundId, epochMs(this.clock.now() + HOUR_MS));
    }
  }

  /** How far a journal has come. */
  async seqOf(namespaceId: NamespaceId): Promise<number> {
    return (await this.audit().index.getHead(namespaceId))?.seq ?? 0;
  }

  async findings(options: Partial<FsckOptions> = {}): Promise<readonly Finding[]> {
    const found: Finding[] = [];
    await fsck(this.audit(), { isDeep: false, ...options, tell: (finding) => found.push(finding) });
    return found;
  }

  /** What is wrong, each code once. */
  async codes(options: Partial<FsckOptions> = {}): Promise<readonly string[]> {
    return [...new Set((await this.findings(options)).map(({ code }) => code))].toSorted();
  }

  /** The rows of a table whose keys match. */
  rows(table: TableRole, partition: RegExp, sortKey = /^/): readonly Item[] {
    return this.tables.client
      .rows(this.tables.tableNames[table])
      .filter(({ pk, sk }) => partition.test(pk?.S ?? '') && sortKey.test(sk?.S ?? sk?.N ?? ''));
  }

  /** Takes away, or changes, the rows whose keys match; there must be one. */
  meddle(table: TableRole, rows: readonly Item[], change: Item | undefined): void {
    if (rows.length === 0) throw new Error('nothing is there to meddle with');
    for (const row of rows) {
      this.tables.client.meddle(this.tables.tableNames[table], row, () => change && { ...row, ...change });
    }
  }

  flip(key: string): void {
    this.#flipped.add(key);
  }

  #bucket(): Pick<ObjectStore, 'head' | 'read'> {
    const { objects } = this.service.stores;
    return {
      head: (key) => objects.head(key),
      read: async (key: string, range?: ByteRange) => {
        const bytes = await objects.read(key);
        if (bytes === undefined) return undefined;
        const seen = Uint8Array.from(bytes);
        if (this.#flipped.has(key)) seen[0] = (seen[0] ?? 0) ^ 1;
        return range === undefined ? seen : seen.slice(range.offset, range.offset + range.length);
      },
    };
  }
}
