import {
  ActivityQuery,
  ActivityResponse,
  MarkRevisionRequest,
  RestoreTreeRequest,
  RestoreTreeResponse,
  RevisionParameters,
  RevisionResponse,
  TrashQuery,
  TrashResponse,
} from './history.ts';

/** The part of the HTTP contract (routes.ts) that is about what was before: revisions, the trash, restores, and who did what. */
export const historyRoutes = {
  markRevision: {
    method: 'PATCH',
    path: '/v1/nodes/{nodeId}/revisions/{rev}',
    summary: 'Labels a revision of a file, or keeps it beyond the retention.',
    access: 'account',
    parameters: RevisionParameters,
    body: MarkRevisionRequest,
    response: RevisionResponse,
  },
  listTrash: {
    method: 'GET',
    path: '/v1/trash',
    summary: 'What was deleted and can be restored, newest first.',
    access: 'account',
    query: TrashQuery,
    response: TrashResponse,
  },
  listActivity: {
    method: 'GET',
    path: '/v1/activity',
    summary: 'Who did what, when, and from which device, newest first.',
    access: 'account',
    query: ActivityQuery,
    response: ActivityResponse,
  },
  restoreTree: {
    method: 'POST',
    path: '/v1/restore',
    summary: 'Sets a folder, or what a device did, back to a point in time, or tells what that would change.',
    access: 'device',
    body: RestoreTreeRequest,
    response: RestoreTreeResponse,
  },
} as const;
