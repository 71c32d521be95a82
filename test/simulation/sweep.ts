import { ChunkHash, DAY_MS, unpackManifest } from '@syncline/protocol';
import { packObjectKey } from '../../lambdas/packs/pack-index.ts';
import { sweepPack } from '../../lambdas/packs/sweep-pack.ts';
import type { ContentLedger } from './content-ledger.ts';
import type { SimulatedService } from './simulated-service.ts';
import type { Stage } from './stage.ts';

/** Time between the condemnation of a chunk and its removal: a restored table never points at missing bytes. */
const GRACE_MS = 35 * DAY_MS;

interface ChunkPlace {
  readonly domain: string;
  readonly hash: ChunkHash;
  readonly objectKey: string;
}

/**
 * Stands in for the sweep: removes upload sessions after their time, and chunks that no revision, pin or open session reaches: first it
 * condemns them, and a later run that finds them condemned for GRACE_MS removes them. Packs are swept as in the product.
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
    const named = this.#namedChunks(clock.now());
    for (const objectKey of stores.objects.keys()) {
      const [kind, domain = '', hash = ''] = objectKey.split('/');
      if (kind !== 'chunks') continue;
      const isGone = await this.#sweepChunk({ domain, hash: ChunkHash.parse(hash), objectKey }, named);
      if (isGone) stores.objects.sweep(objectKey);
    }
    for (const pack of stores.packs.list()) {
      const { domain, members } = pack;
      const objectKey = packObjectKey(pack);
      for (const { hash } of members) await this.#sweepChunk({ domain, hash, objectKey }, named);
      const outcome = await sweepPack(stores, pack, clock.now());
      this.#stage.tell('sweep', () => `finds pack ${pack.hash.slice(0, 8)} ${outcome.kind}`);
      if (outcome.kind === 'deleted') stores.objects.sweep(outcome.objectKey);
    }
  }

  /** One step of a chunk that lies in this object. Whether it is gone from there. */
  async #sweepChunk({ domain, hash, objectKey }: ChunkPlace, named: ReadonlySet<ChunkHash>): Promise<boolean> {
    const { stores, clock } = this.#service;
    const now = clock.now();
    const key = `${domain}/${hash}`;
    const record = (await stores.chunks.locate(domain, [hash])).get(hash);
    // An object without a record may be one that a commit is about to confirm.
    if (record?.objectKey !== objectKey) return false;
    if (this.#ledger.reaches(hash) || named.has(hash) || record.pinnedUntil > now) {
      this.#condemnedAt.delete(key);
      return false;
    }
    const condemnedAt = record.state === 'condemned' ? this.#condemnedAt.get(key) : undefined;
    if (condemnedAt === undefined) {
      stores.chunks.sweep(domain, hash, 'condemned');
      this.#condemnedAt.set(key, now);
      return false;
    }
    if (now - condemnedAt < GRACE_MS) return false;
    stores.chunks.sweep(domain, hash, 'deleted');
    this.#condemnedAt.delete(key);
    this.#stage.tell('sweep', () => `removes ${hash.slice(0, 8)}`);
    return true;
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
