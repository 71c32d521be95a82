import { type Conditions, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Access, ObjectKind, TableName } from './function-spec.ts';
import type { Resources } from './resources.ts';

/** The policy statements that allow an access, and nothing beside it: no wildcard in an action, resources by name. */
export function accessStatements(access: Access, resources: Resources): readonly PolicyStatement[] {
  return [
    ...tableStatements(access, resources),
    ...objectStatements(access, resources),
    ...(access.keySecret ? [allow(['secretsmanager:GetSecretValue'], [resources.storage.keySecretArn])] : []),
    ...connectionStatements(access, resources),
    ...queueStatements(access, resources),
    ...searchStatements(access, resources),
  ];
}

function tableStatements(access: Access, { storage }: Resources): readonly PolicyStatement[] {
  const statements = Object.entries(access.tables ?? {}).map(([table, actions]) =>
    allow(
      actions.map((action) => `dynamodb:${action}`),
      [storage.tables[table as TableName].tableArn],
      attributesAlone(access.attributes?.[table as TableName]),
    ),
  );
  if (access.sessionsByAccount) {
    statements.push(allow(['dynamodb:Query'], [`${storage.tables.sessions.tableArn}/index/byAccount`]));
  }
  return statements;
}

/**
 * Calls that name attributes, and these alone. A call that names none asks for all.
 * Source: AWS IAM User Guide, "Amazon DynamoDB: Allows access to specific attributes".
 */
function attributesAlone(attributes: readonly string[] | undefined): Conditions {
  if (attributes === undefined) return {};
  return {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
    StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
  };
}

function objectStatements(access: Access, { storage }: Resources): readonly PolicyStatement[] {
  const { bucket, contents } = storage;
  const statements: PolicyStatement[] = [];
  // An address of S3 allows what its signer may do.
  const addressed = access.addressObjects && contents === undefined ? (['chunks', 'packs'] as const) : [];
  const read = new Set<ObjectKind>([...(access.readObjects ?? []), ...addressed]);
  if (read.size > 0) {
    statements.push(
      allow(
        ['s3:GetObject'],
        [...read].map((kind) => bucket.arnForObjects(`${kind}/*`)),
      ),
    );
  }
  if (access.writeObjects) {
    statements.push(
      allow(
        ['s3:PutObject'],
        access.writeObjects.map((kind) => bucket.arnForObjects(`${kind}/*`)),
      ),
    );
  }
  if (access.removeObjects) {
    statements.push(
      allow(
        ['s3:DeleteObjectVersion'],
        access.removeObjects.map((kind) => bucket.arnForObjects(`${kind}/*`)),
      ),
      allow(['s3:ListBucketVersions'], [bucket.bucketArn]),
    );
  }
  if (access.listObjects) statements.push(allow(['s3:ListBucketVersions'], [bucket.bucketArn]));
  if (access.findObjects) statements.push(allow(['s3:ListBucket'], [bucket.bucketArn]));
  return statements;
}

function connectionStatements(access: Access, { sockets }: Resources): readonly PolicyStatement[] {
  if (access.connections === undefined) return [];
  const methods = access.connections === 'push' ? (['POST'] as const) : (['POST', 'DELETE'] as const);
  const connections = methods.map((method) => sockets.connectionsArn(method));
  return [allow(['execute-api:ManageConnections'], connections)];
}

function queueStatements(access: Access, { pushes, deliveries }: Resources): readonly PolicyStatement[] {
  const queues = [
    { isAsked: access.queuePushes, queue: pushes },
    { isAsked: access.queueDeliveries, queue: deliveries },
  ];
  return queues.flatMap(({ isAsked, queue }) => {
    if (isAsked === undefined) return [];
    if (queue === undefined) throw new Error('there is no such queue here');
    return [allow(['sqs:SendMessage'], [queue.queueArn])];
  });
}

/** Requests are bounded by their paths: those of the index and its aliases alone. */
function searchStatements(access: Access, { config, search }: Resources): readonly PolicyStatement[] {
  if (search === undefined) return [];
  // The right to send one is the right to send some, but to the emulator.
  const sendSome = ['sqs:SendMessage', ...(config.stage === 'local' ? ['sqs:SendMessageBatch'] : [])];
  const statements = [
    ...(access.queueIndexTasks ? [allow(['sqs:SendMessage'], [search.queueArn])] : []),
    ...(access.contentQueue === 'send' ? [allow(sendSome, [search.contents.queueArn])] : []),
  ];
  if (access.searchIndex !== undefined && search.collection !== undefined) {
    // What it may do there stands in a policy of the collection's (constructs/collection-access.ts).
    return [...statements, allow(['aoss:APIAccessAll'], [search.collection.arn])];
  }
  // A local engine asks nobody who they are.
  if (access.searchIndex === undefined || search.domainArn === undefined) return statements;
  const post = (...paths: string[]) =>
    allow(
      ['es:ESHttpPost'],
      paths.map((path) => `${search.domainArn}/${path}`),
    );
  // By its call, and not by its index: a POST is how documents are found, and how all of them are removed.
  const [find, get] = ['syncline-nodes/_search', 'syncline-nodes/_mget'];
  if (access.searchIndex === 'read') return [...statements, post(find)];
  if (access.searchIndex === 'fill') return [...statements, post(find, get, 'syncline-nodes-write/_bulk')];
  const change = allow(
    ['es:ESHttpHead', 'es:ESHttpPost', 'es:ESHttpPut'],
    [`${search.domainArn}/syncline-nodes-*`, `${search.domainArn}/_alias/syncline-nodes`],
  );
  return [...statements, post(find, get, 'syncline-nodes/_refresh'), change];
}

function allow(actions: string[], resources: string[], conditions: Conditions = {}): PolicyStatement {
  return new PolicyStatement({ actions, resources, conditions });
}
