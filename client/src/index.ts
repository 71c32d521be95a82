/**
 * The SDK: everything here runs in browsers and in Node alike. `@syncline/client/node` adds what only Node can do.
 *
 * Make a client with `createApiClient`, store content with `uploadFiles`, publish it with `api.commit`, read it with
 * `downloadContent`. Many small files cost less by `uploadContents`, of whose outcomes `storedContent` makes what a put names.
 * Expected refusals are returned values; `UnavailableError` and an abort's reason are thrown.
 */
export type { AccessTokens } from './api/access-tokens.ts';
export {
  type ApiAnswer,
  type ApiClient,
  type ApiClientDependencies,
  createApiClient,
} from './api/api-client.ts';
export type { Clock, Random } from './api/clock.ts';
export {
  createRenewingTokens,
  keepTokens,
  type RenewingTokens,
  type StoredTokens,
  type TokenStore,
} from './api/renewing-tokens.ts';
export { systemClock } from './api/system-clock.ts';
export type { Transport, TransportRequest, TransportResponse } from './api/transport.ts';
export { UnavailableError } from './api/unavailable-error.ts';
export {
  type Credentials,
  createUserPool,
  type Profile,
  type SecondFactorAsked,
  type SignInOutcome,
  type SignInRefusal,
  type SignInRefused,
  type SignInTokens,
  type UserPool,
} from './api/user-pool.ts';
export {
  type ReceivedWebhook,
  type VerifiedWebhook,
  type VerifyWebhookOptions,
  verifyWebhook,
} from './api/verify-webhook.ts';
export { type BoundaryKernel, openBoundaryFinder } from './chunking/boundary-finder.ts';
export { ContentCutter, type CutChunk } from './chunking/content-cutter.ts';
export { packCommits } from './engine/pack-commits.ts';
export { createFetchTransport } from './platform/browser/fetch-transport.ts';
export { type Bandwidth, BandwidthLimit } from './transfers/bandwidth-limit.ts';
export { cutBytes, type FileCutting } from './transfers/cut-content.ts';
export {
  type DownloadJob,
  type DownloadOutcome,
  type DownloadSink,
  type DownloadSource,
  downloadContent,
} from './transfers/download-content.ts';
export { type FetchOutcome, fetchChunk } from './transfers/fetch-chunk.ts';
export { hashChunk, hashManifest } from './transfers/hashing.ts';
export { TRANSFER_BYTES_MAX, TRANSFER_TASKS_MAX, WINDOW_TASKS_MAX } from './transfers/limits.ts';
export { type LinkAccess, linkTransfers } from './transfers/link-transfers.ts';
export { RequestWindow } from './transfers/request-window.ts';
export { StoreHealth, StoreUnavailableError } from './transfers/store-health.ts';
export { TransferGate } from './transfers/transfer-gate.ts';
export {
  type ContentOutcome,
  type FormerContent,
  storedContent,
  type TransferDependencies,
  type TransferProgress,
  type UploadOptions,
  type UploadOutcome,
  type UploadSource,
  uploadContents,
  uploadFiles,
} from './transfers/upload-files.ts';
