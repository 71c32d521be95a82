import type { AccountStore } from '../accounts/account-store.ts';
import type { ChunkIndex } from '../chunks/chunk-index.ts';
import type { DedupScope } from '../chunks/dedup-domain.ts';
import type { ObjectStore } from '../chunks/object-store.ts';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import type { Meter } from '../runtime/meter.ts';
import type { SocketPusher } from '../sockets/socket-pusher.ts';
import type { SocketStore } from '../sockets/socket-store.ts';
import type { UploadStore } from './upload-store.ts';

/** What both halves of an upload work with. */
export interface UploadDependencies {
  readonly chunks: ChunkIndex;
  readonly objects: ObjectStore;
  readonly uploads: UploadStore;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: Meter;
}

export interface InitiateUploadsDependencies extends UploadDependencies {
  readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
  readonly dedupScope: DedupScope;
}

export interface CheckChunksDependencies extends UploadDependencies {
  readonly accounts: Pick<AccountStore, 'listMembers'>;
  readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
  readonly sockets: Pick<SocketStore, 'listConnections'>;
  readonly pusher: Pick<SocketPusher, 'post'>;
}
