import { ConfirmPackResponse, OpenPackRequest, OpenPackResponse, Pack } from './packs.ts';
import { PatchChunksRequest, PatchChunksResponse } from './patches.ts';
import {
  CheckChunksRequest,
  CheckChunksResponse,
  InitiateUploadsRequest,
  InitiateUploadsResponse,
  UploadContentQuery,
  UploadContentResponse,
  UploadParameters,
} from './uploads.ts';

/** The part of the HTTP contract (routes.ts) that is about chunks on their way to the store. */
export const uploadRoutes = {
  initiateUploads: {
    method: 'POST',
    path: '/v1/uploads',
    summary: 'Opens upload sessions and tells which chunks to send or to prove.',
    access: 'device',
    body: InitiateUploadsRequest,
    response: InitiateUploadsResponse,
  },
  checkChunks: {
    method: 'POST',
    path: '/v1/uploads/{uploadId}/chunks',
    summary: 'Confirms, proves or asks for chunks of an upload session.',
    access: 'device',
    parameters: UploadParameters,
    body: CheckChunksRequest,
    response: CheckChunksResponse,
  },
  patchChunks: {
    method: 'POST',
    path: '/v1/uploads/{uploadId}/patches',
    summary: 'Makes chunks of an upload of what a revision has, and of the bytes that are new.',
    access: 'device',
    parameters: UploadParameters,
    body: PatchChunksRequest,
    response: PatchChunksResponse,
  },
  openPack: {
    method: 'POST',
    path: '/v1/packs',
    summary: 'A signed PUT for a pack of small chunks, or which of them are stored already.',
    access: 'device',
    body: OpenPackRequest,
    response: OpenPackResponse,
  },
  confirmPack: {
    method: 'POST',
    path: '/v1/packs/stored',
    summary: 'Verifies a pack that was just PUT, all of it or nothing, and records its members as stored chunks.',
    access: 'device',
    body: Pack,
    response: ConfirmPackResponse,
  },
  getUploadContent: {
    method: 'GET',
    path: '/v1/uploads/{uploadId}/content',
    summary: 'The confirmed chunks of an open upload, for devices that may read its namespace, ahead of the commit.',
    access: 'device',
    parameters: UploadParameters,
    query: UploadContentQuery,
    response: UploadContentResponse,
  },
} as const;
