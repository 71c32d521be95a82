import { OperatedAccountsQuery, OperatedAccountsResponse, UpkeepResponse } from './operators.ts';

/** The part of the HTTP contract (routes.ts) for who runs the deployment. All of it only reads. */
export const operatorRoutes = {
  listAccounts: {
    method: 'GET',
    path: '/v1/operator/accounts',
    summary: 'Accounts with their usage, and how far behind what follows them is.',
    access: 'operator',
    query: OperatedAccountsQuery,
    response: OperatedAccountsResponse,
  },
  getUpkeep: {
    method: 'GET',
    path: '/v1/operator/upkeep',
    summary: 'What the sweep and the scrub have told last.',
    access: 'operator',
    response: UpkeepResponse,
  },
} as const;
