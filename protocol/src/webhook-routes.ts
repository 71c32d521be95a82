import {
  CreateWebhookRequest,
  CreateWebhookResponse,
  RemovedWebhookResponse,
  TestWebhookResponse,
  WebhookParameters,
  WebhooksResponse,
} from './webhooks.ts';

/** The part of the HTTP contract (routes.ts) by which programs elsewhere are told of changes. */
export const webhookRoutes = {
  createWebhook: {
    method: 'POST',
    path: '/v1/webhooks',
    summary:
      'Has a receiver told whenever a namespace, or a folder in it, changes, and answers the secret of the signatures, this once.',
    access: 'account',
    body: CreateWebhookRequest,
    response: CreateWebhookResponse,
  },
  listWebhooks: {
    method: 'GET',
    path: '/v1/webhooks',
    summary: 'The webhooks of the account, and how the last message of each went.',
    access: 'account',
    response: WebhooksResponse,
  },
  testWebhook: {
    method: 'POST',
    path: '/v1/webhooks/{webhookId}/test',
    summary:
      'Sends a test message soon. One that is taken lets a webhook that has ended go on, if its folder is still there.',
    access: 'account',
    parameters: WebhookParameters,
    response: TestWebhookResponse,
  },
  removeWebhook: {
    method: 'DELETE',
    path: '/v1/webhooks/{webhookId}',
    summary: 'Ends a webhook for good. Idempotent.',
    access: 'account',
    parameters: WebhookParameters,
    response: RemovedWebhookResponse,
  },
} as const;
