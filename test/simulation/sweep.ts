import { ChunkHash, DAY_MS, unpackManifest } from '@syncline/protocol';
import type { ContentLedger } from './content-ledger.ts';
import type { SimulatedService } from './simulated-service.ts';
import type { Stage } from './stage.ts';

/** Time between the condemnation of a chunk and its removal: a restored table never points at missing bytes. */
const GRACE_MS = 35 * DAY_MS;

/**
 * Stands in for the sweep: removes upload sessions after their time, and chunks that no revision, pin or open session reaches: first it
 * condemns them, and a later run that finds them condemned for GRACE_MS removes them.
 */
export class Sweep {
  readonly #stage: Stage;
  readonly #service: SimulatedService;
  readonly #ledger: ContentLedger;
  readonly #condemnedAt = new Map<string, number>();

  constructor(stage: Stage, service: SimulatedService, ledger: ContentLedger) {
    this.#stage = stage;
    this.#service = service;
    this.#ledger = ledger;
  }

  async run(): Promise<void> {
    const { stores, clock } = this.#service;
    const now = clock.now();
    const named = this.#namedChunks(now);
    for (const key of stores.objects.keys()) {
      const [kind, domain = '', hash = ''] = key.split('/');
      if (kind !== 'chunks') continue;
      const chunk = ChunkHash.parse(hash);
      const record = (await stores.chunks.locate(domain, [chunk])).get(chunk);
      // An object without a record may be one that a commit is about to confirm.
      if (record === undefined) continue;
      if (this.#ledger.reaches(chunk) || named.has(chunk) || record.pinnedUntil > now) {
        this.#condemnedAt.delete(key);
        continue;
      }
      const condemnedAt = record.state === 'condemned' ? this.#condemnedAt.get(key) : undefined;
      if (condemnedAt === undefined) {
        stores.chunks.sweep(domain, chunk, 'condemned');
        this.#condemnedAt.set(key, now);
      } else if (now - condemnedAt >= GRACE_MS) {
        stores.chunks.sweep(domain, chunk, 'deleted');
        stores.objects.sweep(key);
        this.#condemnedAt.delete(key);
        this.#stage.tell('sweep', () => `removes ${hash.slice(0, 8)}`);
      }
    }
  }

  /** Chunks of sessions that are still open. */
  #namedChunks(now: ReturnType<SimulatedService['clock']['now']>): ReadonlySet<ChunkHash> {
    const named = new Set<ChunkHash>();
    for (const { manifest } of this.#service.stores.uploads.sweep(now)) {
      for (const { hash } of manifest === undefined ? [] : unpackManifest(manifest)) named.add(hash);
    }
    return named;
  }
}
