import type { FunctionSpec, Setting, TableName } from './functions.ts';
import type { Resources } from './resources.ts';

const tableVariables = {
  files: 'FILES_TABLE',
  chunks: 'CHUNKS_TABLE',
  changes: 'CHANGES_TABLE',
  accounts: 'ACCOUNTS_TABLE',
  sessions: 'SESSIONS_TABLE',
} as const satisfies Record<TableName, string>;

/** The names of what a function may access, and the settings that it asks for; no more, so that a function's needs show. */
export function functionEnvironment(spec: FunctionSpec, resources: Resources): Readonly<Record<string, string>> {
  const { access } = spec;
  const { storage, sockets } = resources;
  const tables = Object.keys(access.tables ?? {}) as TableName[];
  return {
    ...Object.fromEntries(tables.map((table) => [tableVariables[table], storage.tables[table].tableName])),
    ...(access.sessionsByAccount ? { SESSIONS_TABLE: storage.tables.sessions.tableName } : {}),
    ...(access.readObjects || access.writeObjects ? { BUCKET: storage.bucket.bucketName } : {}),
    ...(access.keySecret ? { KEY_SECRET_ID: storage.keySecret.secretArn } : {}),
    ...(access.connections ? { SOCKET_ENDPOINT: sockets.endpoint } : {}),
    ...Object.assign({}, ...spec.settings.map((setting) => settingVariables(setting, resources))),
  };
}

function settingVariables(setting: Setting, resources: Resources): Readonly<Record<string, string>> {
  const { config, sockets, identity } = resources;
  switch (setting) {
    case 'DEDUP_SCOPE':
      return { DEDUP_SCOPE: config.dedupScope };
    case 'QUOTA_BYTES':
      return { QUOTA_BYTES: String(config.quotaBytes) };
    case 'ALLOWED_ORIGINS':
      return { ALLOWED_ORIGINS: config.allowedOrigins.join(',') };
    case 'SOCKET_URL':
      return { SOCKET_URL: sockets.url };
    case 'IDENTITY':
      return {
        ISSUER: identity.issuer,
        AUDIENCE: identity.audience,
        ...(identity.userPool && {
          USER_POOL_ID: identity.userPool.userPoolId,
          USER_POOL_CLIENT_ID: identity.userPool.clientId,
          USER_POOL_ENDPOINT: identity.userPool.endpoint,
        }),
      };
  }
}
