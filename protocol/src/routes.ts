import * as z from 'zod/mini';
import { AccountResponse, ConfigurationResponse } from './accounts.ts';
import {
  ChangesQuery,
  ChangesResponse,
  CursorResponse,
  TreeQuery,
  TreeResponse,
  WaitQuery,
  WaitResponse,
} from './changes.ts';
import { CommitRequest, CommitResponse } from './commits.ts';
import { deviceRoutes } from './device-routes.ts';
import { historyRoutes } from './history-routes.ts';
import { linkRoutes } from './link-routes.ts';
import {
  ChildrenResponse,
  ContentQuery,
  ContentResponse,
  NodePageQuery,
  NodeParameters,
  NodeQuery,
  NodeResponse,
  PathQuery,
  ReadContentsRequest,
  ReadContentsResponse,
  RevisionsResponse,
} from './nodes.ts';
import { ConfirmPackResponse, OpenPackResponse, Pack } from './packs.ts';
import { sharingRoutes } from './sharing-routes.ts';
import { SocketResponse } from './sockets.ts';
import {
  CheckChunksRequest,
  CheckChunksResponse,
  InitiateUploadsRequest,
  InitiateUploadsResponse,
  UploadContentQuery,
  UploadContentResponse,
  UploadParameters,
} from './uploads.ts';
import { usageRoutes } from './usage-routes.ts';

/** One entry of the HTTP contract; absent parts take nothing. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** API Gateway's form: `/v1/nodes/{nodeId}`. */
  readonly path: `/v1/${string}`;
  /** One sentence for the reference. */
  readonly summary: string;
  /**
   * `account`: an access token. `device`: also `X-Device-Id`, a registered device of that account. `link`: no account, but a
   * link's token in the path, and its password, if it has one, in `X-Link-Password`.
   */
  readonly access: 'public' | 'account' | 'device' | 'link';
  readonly parameters?: z.core.$ZodType;
  readonly query?: z.core.$ZodType;
  readonly body?: z.core.$ZodType;
  readonly response: z.core.$ZodType;
  /** `download`: no JSON, but 302 with an address or the bytes themselves, for browsers and such; clients have the other routes. */
  readonly answer?: 'download';
}

const Nothing = z.strictObject({});

/** Every route of the HTTP API. Handlers, client, infrastructure and reference are all made from this table. */
export const routes = {
  getConfiguration: {
    method: 'GET',
    path: '/v1/configuration',
    summary: 'Where to sign in, before signing in.',
    access: 'public',
    response: ConfigurationResponse,
  },
  getAccount: {
    method: 'GET',
    path: '/v1/account',
    summary: 'The caller; made with its home namespace on the first call.',
    access: 'account',
    response: AccountResponse,
  },
  ...deviceRoutes,
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
  openPack: {
    method: 'POST',
    path: '/v1/packs',
    summary: 'A signed PUT for a pack of small chunks, or which of them are stored already.',
    access: 'device',
    body: Pack,
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
  commit: {
    method: 'POST',
    path: '/v1/commits',
    summary: 'Applies operations to the tree, each idempotent by device and opId.',
    access: 'device',
    body: CommitRequest,
    response: CommitResponse,
  },
  listChanges: {
    method: 'GET',
    path: '/v1/changes',
    summary: 'The journal entries after a cursor, which says how far the device has come.',
    access: 'device',
    query: ChangesQuery,
    response: ChangesResponse,
  },
  getCursor: {
    method: 'GET',
    path: '/v1/changes/cursor',
    summary: 'A cursor at the present head.',
    access: 'account',
    response: CursorResponse,
  },
  waitForChanges: {
    method: 'GET',
    path: '/v1/changes/wait',
    summary: 'Answers when there is something after the cursor, or when the time is over.',
    access: 'device',
    query: WaitQuery,
    response: WaitResponse,
  },
  listTree: {
    method: 'GET',
    path: '/v1/tree',
    summary: 'All live nodes below a folder, with a cursor from which the delta goes on.',
    access: 'account',
    query: TreeQuery,
    response: TreeResponse,
  },
  getNode: {
    method: 'GET',
    path: '/v1/nodes/{nodeId}',
    summary: 'One node.',
    access: 'account',
    parameters: NodeParameters,
    query: NodeQuery,
    response: NodeResponse,
  },
  listChildren: {
    method: 'GET',
    path: '/v1/nodes/{nodeId}/children',
    summary: 'What stands in a folder, in the order of the name keys.',
    access: 'account',
    parameters: NodeParameters,
    query: NodePageQuery,
    response: ChildrenResponse,
  },
  listRevisions: {
    method: 'GET',
    path: '/v1/nodes/{nodeId}/revisions',
    summary: 'The contents that a file has had, newest first.',
    access: 'account',
    parameters: NodeParameters,
    query: NodePageQuery,
    response: RevisionsResponse,
  },
  getContent: {
    method: 'GET',
    path: '/v1/nodes/{nodeId}/content',
    summary: 'A page of a manifest with a signed URL for every chunk.',
    access: 'account',
    parameters: NodeParameters,
    query: ContentQuery,
    response: ContentResponse,
  },
  readContents: {
    method: 'POST',
    path: '/v1/contents',
    summary: 'The contents of up to 100 small files, each with a signed URL for every chunk.',
    access: 'account',
    body: ReadContentsRequest,
    response: ReadContentsResponse,
  },
  resolvePath: {
    method: 'GET',
    path: '/v1/paths',
    summary: 'The node at a path.',
    access: 'account',
    query: PathQuery,
    response: NodeResponse,
  },
  ...historyRoutes,
  ...sharingRoutes,
  ...linkRoutes,
  ...usageRoutes,
  openSocket: {
    method: 'POST',
    path: '/v1/socket',
    summary: 'A WebSocket address with a single-use ticket.',
    access: 'device',
    body: Nothing,
    response: SocketResponse,
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
/** The routes that answer JSON. */
export type JsonRouteName = {
  readonly [N in RouteName]: (typeof routes)[N] extends { readonly answer: 'download' } ? never : N;
}[RouteName];

type PartOf<R, Part extends string> = R extends { readonly [key in Part]: infer S extends z.core.$ZodType } ? S : never;
/** What a caller passes for a route: only the parts that the route has. */
export type RouteInput<N extends RouteName> = {
  readonly [Part in 'parameters' | 'query' | 'body' as (typeof routes)[N] extends { readonly [key in Part]: unknown }
    ? Part
    : never]: z.input<PartOf<(typeof routes)[N], Part>>;
};
/** What a handler of a route gets after decoding. */
export type RouteRequest<N extends RouteName> = {
  readonly [Part in 'parameters' | 'query' | 'body' as (typeof routes)[N] extends { readonly [key in Part]: unknown }
    ? Part
    : never]: z.output<PartOf<(typeof routes)[N], Part>>;
};
export type RouteResponse<N extends RouteName> = z.output<(typeof routes)[N]['response']>;
