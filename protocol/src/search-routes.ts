import { SearchQuery, SearchResponse } from './search.ts';

/** The part of the HTTP contract (routes.ts) that finds files. */
export const searchRoutes = {
  search: {
    method: 'GET',
    path: '/v1/search',
    summary: 'Files and folders by words of their names and paths.',
    access: 'account',
    query: SearchQuery,
    response: SearchResponse,
  },
} as const;
