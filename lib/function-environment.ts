import { browserOrigins } from './addresses.ts';
import type { FunctionSpec, Setting, TableName } from './function-spec.ts';
import type { Resources } from './resources.ts';

type Variables = Readonly<Record<string, string>>;

const tableVariables = {
  files: 'FILES_TABLE',
  chunks: 'CHUNKS_TABLE',
  changes: 'CHANGES_TABLE',
  accounts: 'ACCOUNTS_TABLE',
  sessions: 'SESSIONS_TABLE',
} as const satisfies Record<TableName, string>;

/** The names of what a function may access, and the settings that it asks for; no more, so that its needs show. */
export function functionEnvironment(spec: FunctionSpec, resources: Resources): Variables {
  const { access } = spec;
  const { storage, sockets, pushes, deliveries, search } = resources;
  const tables = new Set(Object.keys(access.tables ?? {}) as TableName[]);
  if (access.sessionsByAccount) tables.add('sessions');
  return {
    ...Object.fromEntries([...tables].map((table) => [tableVariables[table], storage.tables[table].tableName])),
    ...(access.readObjects || access.writeObjects ? { BUCKET: storage.bucket.bucketName } : {}),
    ...(access.keySecret ? { KEY_SECRET_ID: storage.keySecretArn } : {}),
    ...(access.connections === undefined ? {} : { SOCKET_ENDPOINT: sockets.endpoint }),
    ...(access.queuePushes === undefined || pushes === undefined ? {} : { PUSH_QUEUE_URL: pushes.queueUrl }),
    ...(access.queueDeliveries === undefined || deliveries === undefined
      ? {}
      : { DELIVERY_QUEUE_URL: deliveries.queueUrl }),
    ...(access.searchIndex === undefined || search === undefined ? {} : { SEARCH_ENDPOINT: search.endpoint }),
    ...(access.queueIndexTasks === undefined || search === undefined ? {} : { INDEX_QUEUE_URL: search.queueUrl }),
    ...(spec.routes.length === 0 || resources.originKeys === undefined ? {} : { ORIGIN_KEYS: resources.originKeys }),
    ...(access.contentQueue === undefined || search === undefined
      ? {}
      : { CONTENT_QUEUE_URL: search.contents.queueUrl }),
    ...Object.fromEntries(spec.settings.flatMap((setting) => Object.entries(settingVariables[setting](resources)))),
  };
}

const settingVariables: Readonly<Record<Setting, (resources: Resources) => Variables>> = {
  DEDUP_SCOPE: ({ config }) => ({ DEDUP_SCOPE: config.dedupScope }),
  QUOTA_BYTES: ({ config }) => ({ QUOTA_BYTES: String(config.quotaBytes) }),
  ALLOWED_ORIGINS: ({ config }) => ({ ALLOWED_ORIGINS: browserOrigins(config).join(',') }),
  SOCKET_URL: ({ sockets }) => ({ SOCKET_URL: sockets.url }),
  STREAM_URL: ({ streamUrl }) => (streamUrl === undefined ? {} : { STREAM_URL: streamUrl }),
  WEBHOOK_TARGETS: ({ config }) => ({ WEBHOOK_TARGETS: config.webhookTargets }),
  CONTENTS: ({ storage: { contents } }) =>
    contents === undefined
      ? {}
      : {
          CONTENT_URL: contents.url,
          CONTENT_KEY: String(contents.generation),
          CONTENT_KEY_ID: contents.keyId,
        },
  SCRUB_DAYS: ({ config }) => ({ SCRUB_DAYS: String(config.scrubDays) }),
  IDENTITY: ({ identity: { issuer, audience, userPool } }) => ({
    ISSUER: issuer,
    AUDIENCE: audience,
    ...(userPool && {
      USER_POOL_ID: userPool.userPoolId,
      USER_POOL_CLIENT_ID: userPool.clientId,
      USER_POOL_ENDPOINT: userPool.endpoint,
    }),
  }),
};
