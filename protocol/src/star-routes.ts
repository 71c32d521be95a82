import {
  AddStarRequest,
  RemovedStarResponse,
  RemoveStarQuery,
  StarParameters,
  StarResponse,
  StarsResponse,
} from './stars.ts';

/** The part of the HTTP contract (routes.ts) that is about what an account has starred. */
export const starRoutes = {
  listStars: {
    method: 'GET',
    path: '/v1/stars',
    summary: 'The files and folders that the caller has starred, wherever it may read them.',
    access: 'account',
    response: StarsResponse,
  },
  addStar: {
    method: 'POST',
    path: '/v1/stars',
    summary: 'Stars a file or folder for the caller alone. Idempotent.',
    access: 'account',
    body: AddStarRequest,
    response: StarResponse,
  },
  removeStar: {
    method: 'DELETE',
    path: '/v1/stars/{nodeId}',
    summary: 'Takes a star away. Idempotent.',
    access: 'account',
    parameters: StarParameters,
    query: RemoveStarQuery,
    response: RemovedStarResponse,
  },
} as const;
