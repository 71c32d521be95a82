import { AccountResponse, ConfigurationResponse } from './accounts.ts';

/** The part of the HTTP contract (routes.ts) that is about the account, and where to sign in. */
export const accountRoutes = {
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
} as const;
