import { linkRoutes } from '@syncline/protocol';
import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { downloadLink } from './links/download-link.ts';
import { DynamodbAttemptStore } from './links/dynamodb-attempt-store.ts';
import { DynamodbLinkStore } from './links/dynamodb-link-store.ts';
import { getLink } from './links/get-link.ts';
import { listLinkChildren } from './links/list-link-children.ts';
import { readLinkContent } from './links/read-link-content.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { edgeContents } from './runtime/edge-contents.ts';
import { NOT_GRANTED, readEnvironment, readOptional } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'BUCKET',
  'CHUNKS_TABLE',
  'FILES_TABLE',
  'KEY_SECRET_ID',
  'SESSIONS_TABLE',
  'STAGE',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: {
    accounts: environment.ACCOUNTS_TABLE,
    changes: NOT_GRANTED,
    chunks: environment.CHUNKS_TABLE,
    files: environment.FILES_TABLE,
    sessions: environment.SESSIONS_TABLE,
  },
};
const keyRing = new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID });
const objects = new S3ObjectStore({
  bucket: environment.BUCKET,
  clock: systemClock,
  ...edgeContents({ keyRing, clock: systemClock }),
});
const dependencies = {
  links: new DynamodbLinkStore(dynamodb),
  attempts: new DynamodbAttemptStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  objects,
  keyRing,
  clock: systemClock,
  streamUrl: readOptional('STREAM_URL'),
};

export const handler = createApiHandler<'getLink' | 'listLinkChildren' | 'getLinkContent' | 'downloadLink'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: environment.STAGE }) },
  linkRoutes,
  {
    getLink: ({ parameters }, visitor) => getLink(dependencies, parameters.token, visitor),
    listLinkChildren: ({ parameters, query }, visitor) =>
      listLinkChildren(dependencies, { ...parameters, ...query }, visitor),
    getLinkContent: ({ parameters, query }, visitor) =>
      readLinkContent(dependencies, { ...parameters, ...query }, visitor),
    downloadLink: ({ parameters, query }, visitor) => downloadLink(dependencies, { ...parameters, ...query }, visitor),
  },
);
