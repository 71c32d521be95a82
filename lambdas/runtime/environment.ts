import { assert } from '@syncline/protocol';

/** Every variable that a function may be given. lib decides which function gets which. */
export type Variable =
  | 'ACCOUNTS_TABLE'
  | 'ALLOWED_ORIGINS'
  | 'API_URL'
  | 'AUDIENCE'
  | 'AWS_REGION'
  | 'BUCKET'
  | 'CANARY_SECRET_ID'
  | 'CHANGES_TABLE'
  | 'CHUNKS_TABLE'
  | 'DEAD_LETTERS_URL'
  | 'DEDUP_SCOPE'
  | 'DELIVERY_QUEUE_URL'
  | 'FILES_TABLE'
  | 'CONTENT_KEY'
  | 'CONTENT_KEY_ID'
  | 'CONTENT_QUEUE_URL'
  | 'CONTENT_URL'
  | 'INDEX_QUEUE_URL'
  | 'ISSUER'
  | 'KEY_SECRET_ID'
  | 'ORIGIN_KEYS'
  | 'PUSH_QUEUE_URL'
  | 'QUOTA_BYTES'
  | 'SEARCH_ENDPOINT'
  | 'SESSIONS_TABLE'
  | 'SITE_BUCKET'
  | 'SOCKET_ENDPOINT'
  | 'SOCKET_URL'
  | 'STAGE'
  | 'SCRUB_DAYS'
  | 'STREAM_URL'
  | 'USER_POOL_CLIENT_ID'
  | 'USER_POOL_ENDPOINT'
  | 'USER_POOL_ID'
  | 'WEBHOOK_TARGETS';

type Source = Readonly<Record<string, string | undefined>>;

/**
 * The variables that a function needs, all present and not empty.
 * @throws InvariantError that names every one that is not: the deployment is at fault.
 */
export function readEnvironment<V extends Variable>(
  variables: readonly V[],
  source: Source = process.env,
): Readonly<Record<V, string>> {
  const missing = variables.filter((variable) => (source[variable] ?? '') === '');
  assert(missing.length === 0, `this function needs the environment variables ${missing.join(', ')}`);
  return Object.fromEntries(variables.map((variable) => [variable, source[variable]])) as Record<V, string>;
}

/** A variable that only some deployments have. */
export function readOptional(variable: Variable, source: Source = process.env): string | undefined {
  const value = source[variable] ?? '';
  return value === '' ? undefined : value;
}

/** @throws InvariantError when the text is no whole number of bytes above 0. */
export function parseByteCount(text: string): number {
  const bytes = Number(text);
  assert(Number.isSafeInteger(bytes) && bytes > 0, 'a quota is a whole number of bytes above 0');
  return bytes;
}

/** Stands for the name of a table that a store has a place for and this function no access to, because it never asks. */
export const NOT_GRANTED = 'not-granted';

/** The items of a comma-separated list. */
export function parseList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
