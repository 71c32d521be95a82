import type { NamespaceId } from '@syncline/protocol';
import { headKey, headOf } from '../lambdas/namespaces/dynamodb-head-item.ts';
import type { NamespaceHead } from '../lambdas/namespaces/namespace-store.ts';
import { readContentChunks } from '../lambdas/references/content-chunks.ts';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { keyAttributes } from '../lambdas/runtime/dynamodb-batches.ts';
import { mapBounded } from '../lambdas/runtime/map-bounded.ts';
import { inspectChunk } from '../lambdas/scrub/inspect-stored.ts';
import type { ObjectKind } from '../lambdas/sweep/object-kind.ts';
import type { Audit } from './audit.ts';
import { checkRevision, retainedRevision } from './check-contents.ts';
import { checkJournals } from './check-journal.ts';
import { checkAccountsRow } from './check-sharing.ts';
import { checkObject, checkStoredRow, chunkFinding } from './check-stored.ts';
import { checkTreeRow } from './check-tree.ts';
import { confirm, confirmRow } from './confirm.ts';
import { checkUsage, UsageCount } from './count-usage.ts';
import { accountsKey, filesKey, readRow, tablePages } from './dynamodb-rows.ts';
import { type Finding, findingKey } from './finding.ts';
import { CHECKS_IN_FLIGHT_MAX, PAGE_ROWS_MAX, SCAN_PAGES_MAX, SEEN_CHUNKS_MAX } from './limits.ts';

export interface FsckOptions {
  /** Only this namespace and those whose rows lie with its own. All when absent. */
  readonly namespaceId?: NamespaceId | undefined;
  /** Reads and hashes every byte. */
  readonly isDeep: boolean;
  /** Is told each finding once, as soon as it is sure. */
  readonly tell: (finding: Finding) => void;
  /** Is told after each page how far it is. */
  readonly progress?: (phase: FsckPhase, done: number) => void;
}

export const FSCK_PHASES = ['accounts', 'journals', 'files', 'usage', 'chunks', 'bucket'] as const;
export type FsckPhase = (typeof FSCK_PHASES)[number];

/** How much was looked at. */
export type FsckCounts = Readonly<Record<FsckPhase, number>>;

/**
 * Looks whether everything that is stored agrees with everything else. It reads only, and may run while others write: what is found is looked at
 * again before it is told. Memory: a line for each namespace, FOLDED_NODES_MAX nodes, and a page.
 * Cost: a scan of the tables Accounts, Files and Chunks, a query of Changes, a read for what rows point to, and a HEAD an object; with
 * `isDeep` a GET an object.
 */
export async function fsck(audit: Audit, options: FsckOptions): Promise<FsckCounts> {
  await audit.grounds.refresh();
  const told = new Set<string>();
  const tell = (findings: readonly Finding[]): void => {
    for (const finding of findings) {
      const key = findingKey(finding);
      if (told.has(key)) continue;
      told.add(key);
      options.tell(finding);
    }
  };
  const run = new Run(audit, options, tell);
  await run.accounts();
  await run.journals();
  await run.files();
  await run.usage();
  if (options.namespaceId === undefined) {
    await run.chunks();
    for (const kind of ['chunks', 'packs', 'manifests'] as const) await run.bucket(kind);
  }
  return run.counts;
}

/** One run of fsck, phase by phase. */
class Run {
  readonly #audit: Audit;
  readonly #options: FsckOptions;
  readonly #tell: (findings: readonly Finding[]) => void;
  readonly #usage = new UsageCount();
  readonly #scope: ReadonlySet<string> | undefined;
  /** Chunks that were found whole, where only one namespace is looked at. */
  readonly #whole = new Set<string>();
  readonly counts: Record<FsckPhase, number> = { accounts: 0, journals: 0, files: 0, usage: 0, chunks: 0, bucket: 0 };

  constructor(audit: Audit, options: FsckOptions, tell: (findings: readonly Finding[]) => void) {
    const { namespaceId } = options;
    this.#audit = audit;
    this.#options = options;
    this.#tell = tell;
    const { grounds } = audit;
    if (namespaceId !== undefined) this.#scope = new Set(grounds.group(grounds.groundOf(namespaceId)));
  }

  async accounts(): Promise<void> {
    await this.#eachRow('accounts', async (row) => {
      const { kind, id } = accountsKey(row);
      if (this.#scope !== undefined && !(kind === 'ns' && this.#scope.has(id))) return;
      this.#tell(
        await confirmRow(this.#audit, 'accounts', {
          scanned: row,
          check: (anew) => checkAccountsRow(this.#audit, anew),
        }),
      );
    });
  }

  async journals(): Promise<void> {
    await this.#eachHome(async (head) => {
      const heads: NamespaceHead[] = [];
      for (const namespaceId of this.#audit.grounds.group(head.namespaceId)) {
        const row = await readRow(this.#audit, 'accounts', keyAttributes(headKey(namespaceId)));
        if (row !== undefined) heads.push(headOf(namespaceId, row));
      }
      this.#tell(await checkJournals(this.#audit, heads));
      this.#count('journals', heads.length);
    });
  }

  async files(): Promise<void> {
    const audit = this.#audit;
    await this.#eachRow('files', async (row) => {
      if (this.#scope?.has(filesKey(row).namespaceId) === false) return;
      this.#usage.add(row);
      this.#tell(await confirmRow(audit, 'files', { scanned: row, check: (anew) => checkTreeRow(audit, anew) }));
      this.#tell(await confirmRow(audit, 'files', { scanned: row, check: (anew) => checkRevision(audit, anew) }));
      if (this.#scope !== undefined) await this.#checkChunksOf(row);
    });
  }

  async usage(): Promise<void> {
    await this.#eachHome(async ({ namespaceId }) => {
      this.#tell(await checkUsage(this.#audit, namespaceId, this.#usage));
      this.#count('usage', 1);
    });
  }

  async chunks(): Promise<void> {
    const depth = this.#options.isDeep ? 'bytes' : 'head';
    await this.#eachRow('chunks', async (row) => {
      const check = (anew: Item) => checkStoredRow(this.#audit, anew, depth);
      this.#tell(await confirmRow(this.#audit, 'chunks', { scanned: row, check }));
    });
  }

  async bucket(kind: ObjectKind): Promise<void> {
    let after: string | undefined;
    for (let page = 0; page < SCAN_PAGES_MAX; page++) {
      const segment = { limit: PAGE_ROWS_MAX, ...(after === undefined ? {} : { after }) };
      const { objects, next } = await this.#audit.listing.list(kind, segment);
      await mapBounded(CHECKS_IN_FLIGHT_MAX, objects, async (object) => {
        this.#tell(await confirm(this.#audit, () => checkObject(this.#audit, object)));
      });
      this.#count('bucket', objects.length);
      if (next === undefined) return;
      after = next;
    }
  }

  /** The bytes of what a revision needs, where the table Chunks is not gone through as a whole. */
  async #checkChunksOf(row: Item): Promise<void> {
    const revision = retainedRevision(row);
    if (revision === undefined) return;
    const needed = (await readContentChunks(this.#audit, revision)) ?? [];
    for (const { domain, hashes } of needed) {
      const unseen = hashes.filter((hash) => !this.#whole.has(`${domain}#${hash}`));
      await mapBounded(CHECKS_IN_FLIGHT_MAX, unseen, async (hash) => {
        const findings = await confirm(this.#audit, async () => {
          const chunk = await this.#audit.index.get(domain, hash);
          if (chunk === undefined || chunk.state === 'deleted') return [];
          const defect = await inspectChunk(this.#audit, chunk, this.#options.isDeep ? 'bytes' : 'head');
          return defect === undefined ? [] : [await chunkFinding(this.#audit, chunk, defect)];
        });
        this.#tell(findings);
        if (this.#whole.size >= SEEN_CHUNKS_MAX) this.#whole.clear();
        if (findings.length === 0) this.#whole.add(`${domain}#${hash}`);
      });
      this.#count('chunks', unseen.length);
    }
  }

  /** Home namespaces, page by page. */
  async #eachHome(check: (head: NamespaceHead) => Promise<void>): Promise<void> {
    let after: string | undefined;
    for (let page = 0; page < SCAN_PAGES_MAX; page++) {
      const { heads, next } = await this.#audit.namespaces.listNamespaces(after);
      for (const head of heads) {
        const isMeant = this.#scope === undefined || this.#scope.has(head.namespaceId);
        if (head.groundId === undefined && isMeant) await check(head);
      }
      if (next === undefined) return;
      after = next;
    }
  }

  async #eachRow(table: 'accounts' | 'chunks' | 'files', check: (row: Item) => Promise<void>): Promise<void> {
    for await (const rows of tablePages(this.#audit, table)) {
      await mapBounded(CHECKS_IN_FLIGHT_MAX, rows, check);
      this.#count(table, rows.length);
    }
  }

  #count(phase: FsckPhase, more: number): void {
    this.counts[phase] += more;
    this.#options.progress?.(phase, this.counts[phase]);
  }
}
