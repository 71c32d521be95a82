import type {
  AccountId,
  ChunkingStrategy,
  ContentHash,
  DeviceId,
  EpochMs,
  NamespaceId,
  UploadId,
} from '@syncline/protocol';

/** Upload sessions: what was promised, and which of its chunks are confirmed to be stored, held and pinned. */
export interface UploadStore {
  /** Writes new sessions. Precondition: their ids are fresh. Cost: one BatchWriteItem per 25. */
  create(sessions: readonly UploadSession[]): Promise<void>;
  /** Sessions by id, whoever owns them, expired ones included (callers check both). Strongly consistent. */
  get(uploadIds: readonly UploadId[]): Promise<ReadonlyMap<UploadId, UploadSession>>;
  /** Replaces `confirmed` if `version` is still the one read; false when it is not: read again and merge. */
  confirm(change: {
    readonly uploadId: UploadId;
    readonly version: number;
    readonly confirmed: Uint8Array;
  }): Promise<boolean>;
}

export interface UploadSession {
  readonly uploadId: UploadId;
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly namespaceId: NamespaceId;
  /** Domain of the chunks (chunks/chunk-index.ts). */
  readonly domain: string;
  readonly size: number;
  readonly contentHash: ContentHash;
  readonly chunking: ChunkingStrategy;
  readonly chunkCount: number;
  /** Packed manifest up to MANIFEST_INLINE_CHUNKS_MAX chunks; a longer one is the object named by contentHash. */
  readonly manifest?: Uint8Array;
  /** One bit per chunk of the manifest, in order, most significant bit first: set = stored, held by the account and pinned. */
  readonly confirmed: Uint8Array;
  /** Raised by every change of `confirmed`. */
  readonly version: number;
  /** Kept in whole seconds, rounded up. */
  readonly expiresAt: EpochMs;
}
