import { createHash } from 'node:crypto';
import { parseInstant } from '@syncline/protocol';
import { MemoryAccountStore } from '../../lambdas/accounts/memory-account-store.ts';
import { MemoryChunkIndex } from '../../lambdas/chunks/memory-chunk-index.ts';
import { type KeptBytes, MemoryObjectStore } from '../../lambdas/chunks/memory-object-store.ts';
import { MemoryContentQueue } from '../../lambdas/extraction/memory-content-queue.ts';
import { MemoryExpiryClock } from '../../lambdas/history/memory-expiry-clock.ts';
import { MemoryRetentionStore } from '../../lambdas/history/memory-retention-store.ts';
import { MemoryJournalPositions } from '../../lambdas/journal/memory-journal-positions.ts';
import { MemoryAttemptStore } from '../../lambdas/links/memory-attempt-store.ts';
import { MemoryLinkStore } from '../../lambdas/links/memory-link-store.ts';
import { MemoryNamespaceStore } from '../../lambdas/namespaces/memory-namespace-store.ts';
import type {
  CommitTransactionOutcome,
  JournalEntry,
  NamespaceTransaction,
} from '../../lambdas/namespaces/namespace-store.ts';
import { MemoryPackIndex } from '../../lambdas/packs/memory-pack-index.ts';
import { MemoryReferenceStore } from '../../lambdas/references/memory-reference-store.ts';
import type { Random } from '../../lambdas/runtime/clock.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { MemoryKeyRing } from '../../lambdas/runtime/memory-key-ring.ts';
import { MemoryTelemetry } from '../../lambdas/runtime/memory-telemetry.ts';
import { MemoryIndexQueue } from '../../lambdas/search/memory-index-queue.ts';
import { MemorySearchIndex } from '../../lambdas/search/memory-search-index.ts';
import { MemorySharingStore } from '../../lambdas/sharing/memory-sharing-store.ts';
import { MemoryPushQueue } from '../../lambdas/sockets/memory-push-queue.ts';
import { MemorySocketPusher } from '../../lambdas/sockets/memory-socket-pusher.ts';
import { MemorySocketStore } from '../../lambdas/sockets/memory-socket-store.ts';
import type { AppendedEntry } from '../../lambdas/sockets/notify-devices.ts';
import { MemoryStarStore } from '../../lambdas/stars/memory-star-store.ts';
import { MemoryUploadStore } from '../../lambdas/uploads/memory-upload-store.ts';
import { MemoryDeliveryQueue } from '../../lambdas/webhooks/memory-delivery-queue.ts';
import { MemoryFolderTrail } from '../../lambdas/webhooks/memory-folder-trail.ts';
import { MemoryWebhookStore } from '../../lambdas/webhooks/memory-webhook-store.ts';
import { SeededRandom } from './seeded-random.ts';

export interface InMemoryStoresOptions {
  /** Chooses all ids and tickets. */
  readonly seed?: string;
  readonly clock?: MemoryClock;
  /** Instead of one that `seed` replays. */
  readonly random?: Random;
  /** Keeps the bytes of objects elsewhere than in memory. */
  readonly keep?: (bytes: Uint8Array) => KeptBytes;
}

/** One of every port, over the memory of this process. */
export type InMemoryStores = ReturnType<typeof createInMemoryStores>;

export function createInMemoryStores(options: InMemoryStoresOptions = {}) {
  const seed = options.seed ?? 'in-memory';
  const clock = options.clock ?? new MemoryClock();
  const random: Random = options.random ?? new SeededRandom(seed);
  const namespaces = new StreamingNamespaceStore({ clock });
  const objects = new MemoryObjectStore({ clock, keep: options.keep });
  return {
    clock,
    random,
    telemetry: new MemoryTelemetry(),
    keyRing: new MemoryKeyRing({ secret: createHash('sha256').update(seed).digest() }),
    namespaces,
    expiryClock: new RunningExpiryClock({ namespaces, clock }),
    remainders: namespaces.remainders,
    retentions: new MemoryRetentionStore({ namespaces }),
    accounts: new MemoryAccountStore({ namespaces }),
    sharing: new MemorySharingStore({ namespaces }),
    chunks: new MemoryChunkIndex({ objects }),
    packs: new MemoryPackIndex(),
    references: new MemoryReferenceStore(),
    objects,
    uploads: new MemoryUploadStore(),
    sockets: new MemorySocketStore(),
    pusher: new MemorySocketPusher(),
    pushes: new MemoryPushQueue(),
    links: new MemoryLinkStore(),
    attempts: new MemoryAttemptStore(),
    stars: new MemoryStarStore(),
    webhooks: new MemoryWebhookStore(),
    trail: new MemoryFolderTrail({ namespaces }),
    deliveries: new MemoryDeliveryQueue({ clock }),
    index: new MemorySearchIndex(),
    indexQueue: new MemoryIndexQueue(),
    contentQueue: new MemoryContentQueue(),
    indexProgress: new MemoryJournalPositions(),
  };
}

/** That of an expiry that has run every hour, whenever it is looked at. */
class RunningExpiryClock extends MemoryExpiryClock {
  readonly #clock: Pick<MemoryClock, 'now'>;

  constructor(dependencies: { readonly namespaces: MemoryNamespaceStore; readonly clock: Pick<MemoryClock, 'now'> }) {
    super(dependencies);
    this.#clock = dependencies.clock;
  }

  override async read() {
    return this.#clock.now();
  }
}

/** Keeps what the journal's stream would tell until somebody takes it. */
class StreamingNamespaceStore extends MemoryNamespaceStore {
  #appended: AppendedEntry[] = [];

  override async commit(transaction: NamespaceTransaction): Promise<CommitTransactionOutcome> {
    const outcome = await super.commit(transaction);
    const { entries, epoch } = transaction;
    if (outcome.kind === 'committed') {
      this.#appended.push(...entries.map((entry) => appended(entry, epoch)));
    }
    return outcome;
  }

  override appendEntry(entry: JournalEntry): void {
    super.appendEntry(entry);
    this.#appended.push(appended(entry, this.head(entry.namespaceId)?.epoch ?? 0));
  }

  takeAppended(): readonly AppendedEntry[] {
    const taken = this.#appended;
    this.#appended = [];
    return taken;
  }
}

/** What a reader of the stream reads of an entry. */
function appended({ namespaceId, seq, deviceId, changedAt, requestId }: JournalEntry, epoch: number): AppendedEntry {
  const traced = requestId === undefined ? {} : { requestId };
  return { namespaceId, seq, deviceId, epoch, changedAt: parseInstant(changedAt), ...traced };
}
