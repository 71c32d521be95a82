import { NamespaceParameters } from './sharing.ts';
import {
  MeasureStoredRequest,
  MeasureStoredResponse,
  RetentionResponse,
  SetRetentionRequest,
  SetRetentionResponse,
  UsageResponse,
} from './usage.ts';

/** The part of the HTTP contract (routes.ts) that is about what is kept, and what it takes. */
export const usageRoutes = {
  getUsage: {
    method: 'GET',
    path: '/v1/usage',
    summary: 'What counts on the quota of the caller: present contents, trash and history.',
    access: 'account',
    response: UsageResponse,
  },
  measureStored: {
    method: 'POST',
    path: '/v1/usage/stored',
    summary: 'How files are stored: each of their chunks once, with the bytes that it takes.',
    access: 'account',
    isSafe: true,
    body: MeasureStoredRequest,
    response: MeasureStoredResponse,
  },
  getRetention: {
    method: 'GET',
    path: '/v1/namespaces/{namespaceId}/retention',
    summary: 'How long a namespace keeps what was replaced or deleted.',
    access: 'account',
    parameters: NamespaceParameters,
    response: RetentionResponse,
  },
  setRetention: {
    method: 'PATCH',
    path: '/v1/namespaces/{namespaceId}/retention',
    summary:
      'Sets how long a namespace keeps what was replaced or deleted, from the next expiry on, or tells what that would let go.',
    access: 'account',
    parameters: NamespaceParameters,
    body: SetRetentionRequest,
    response: SetRetentionResponse,
  },
} as const;
