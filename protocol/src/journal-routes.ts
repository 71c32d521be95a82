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

/** The part of the HTTP contract (routes.ts) that is about changes: how they are committed, and how a device follows them. */
export const journalRoutes = {
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
} as const;
