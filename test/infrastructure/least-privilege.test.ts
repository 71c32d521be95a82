import { describe, expect, test } from '@jest/globals';
import { functions } from '../../lib/functions.ts';
import { deployedFunctions } from './deployed-functions.ts';
import { at, everyFunction, listOf, resourcesOf, stages, synthesise, withSearch } from './synthesised.ts';

/** Resources that may end in a wildcard: one log, one kind of object, every connection, every stream of one table. */
const wildcards = [
  /^\w+Log\.Arn$/,
  /^ChunksBucket\.Arn\/(chunks|packs|manifests)\/\*$/,
  /:Sockets\/v1\/(POST|DELETE)\/@connections\/\*$/,
  /^DataChanges\.Arn\/stream\/\*$/,
  /^SearchDomain\.Arn\/syncline-nodes(-|\/)\*$/,
  /^SiteBucket\.Arn\/\*$/,
];

/** Functions that belong to CloudFront, or to what is otherwise only in AWS. */
const NOT_LOCAL: ReadonlySet<string> = new Set(['content-key', 'link-stream', 'origin-key', 'site']);

describe.each(stages)('in stage %s', (stage) => {
  const deployment = synthesise(stage, everyFunction(stage));
  const deployed = deployedFunctions(deployment);
  const all = [...deployed.values()];

  test('every function is deployed, sign-up in stage local alone, and what streams everywhere else', () => {
    const isDeployed = (name: string) => (stage === 'local' ? !NOT_LOCAL.has(name) : name !== 'sign-up');
    const expected = Object.keys(functions).filter(isDeployed);
    expect([...deployed.keys()].toSorted()).toEqual(expected.toSorted());
  });

  test('every function has a role of its own, with one inline policy and no other', () => {
    expect(new Set(all.map(({ stack, roleId }) => `${stack}/${roleId}`)).size).toBe(all.length);
    for (const { role } of all) {
      expect(role).toMatchObject({ Policies: [{ PolicyName: 'Access' }] });
      expect(role).not.toHaveProperty('ManagedPolicyArns');
    }
    for (const template of Object.values(deployment.stacks)) {
      expect(resourcesOf(template, 'AWS::IAM::Policy')).toEqual([]);
      expect(resourcesOf(template, 'AWS::IAM::ManagedPolicy')).toEqual([]);
    }
  });

  test('a role trusts Lambda alone', () => {
    for (const { role } of all) {
      expect(at(role, 'AssumeRolePolicyDocument', 'Statement')).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
  });

  test('no action is a pattern, and no resource but the few that must be', () => {
    for (const line of all.flatMap(({ allowed }) => allowed)) {
      const [action = '', ...rest] = line.split(' ');
      const resource = rest.join(' ');
      expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z]+$/);
      if (resource.includes('*')) expect(wildcards.some((pattern) => pattern.test(resource))).toBe(true);
      expect(resource).not.toBe('*');
    }
  });

  test('every function writes its own log and no other', () => {
    for (const { name, allowed, properties } of all) {
      const log = String(at(properties, 'LoggingConfig', 'LogGroup', 'Ref')).replace(/[0-9A-F]{8}$/, '');
      expect([name, ...allowed.filter((line) => line.startsWith('logs:'))]).toEqual([
        name,
        `logs:CreateLogStream ${log}.Arn`,
        `logs:PutLogEvents ${log}.Arn`,
      ]);
    }
  });
});

describe('in production', () => {
  const all = [...deployedFunctions(synthesise('prod', withSearch('prod'))).values()];
  const whoMay = (pattern: RegExp) =>
    all.filter(({ allowed }) => allowed.some((line) => pattern.test(line))).map(({ name }) => name);
  const what = (name: string, pattern: RegExp) =>
    all
      .filter((deployed) => deployed.name === name)
      .flatMap(({ allowed }) => allowed.filter((line) => pattern.test(line)));

  test('nobody may copy, tag or hide an object, or change a bucket, a table or a key', () => {
    const actions = new Set(all.flatMap(({ allowed }) => allowed.map((line) => line.replace(/ .*$/, ''))));
    expect([...actions].toSorted()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:DeleteItem',
      'dynamodb:DescribeStream',
      'dynamodb:GetItem',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:UpdateItem',
      'es:ESHttpHead',
      'es:ESHttpPost',
      'es:ESHttpPut',
      'execute-api:ManageConnections',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:DeleteObjectVersion',
      's3:GetObject',
      's3:ListBucket',
      's3:ListBucketVersions',
      's3:PutObject',
      'secretsmanager:GetSecretValue',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
    ]);
  });

  test('only the sweep removes objects and looks at dead letters, and the expiry, the scrub and who runs the deployment alone look at whole tables beside it', () => {
    expect(whoMay(/^s3:DeleteObjectVersion/)).toEqual(['sweep']);
    expect(whoMay(/^s3:ListBucketVersions/).toSorted()).toEqual(['scrub', 'sweep']);
    expect(whoMay(/^dynamodb:Scan/).toSorted()).toEqual(['expiry', 'operator', 'scrub', 'sweep']);
    expect(whoMay(/GetQueueAttributes .*DeadLetters/)).toEqual(['sweep']);
    expect(what('sweep', /^(s3|sqs):|DataAccounts|DataFiles|DataChanges/).toSorted()).toEqual([
      'dynamodb:GetItem DataAccounts.Arn',
      'dynamodb:Query DataChanges.Arn',
      'dynamodb:Query DataFiles.Arn',
      'dynamodb:Scan DataAccounts.Arn',
      'dynamodb:Scan DataFiles.Arn',
      's3:DeleteObjectVersion ChunksBucket.Arn/chunks/*',
      's3:DeleteObjectVersion ChunksBucket.Arn/manifests/*',
      's3:DeleteObjectVersion ChunksBucket.Arn/packs/*',
      's3:GetObject ChunksBucket.Arn/chunks/*',
      's3:GetObject ChunksBucket.Arn/manifests/*',
      's3:GetObject ChunksBucket.Arn/packs/*',
      's3:ListBucket ChunksBucket.Arn',
      's3:ListBucketVersions ChunksBucket.Arn',
      's3:PutObject ChunksBucket.Arn/packs/*',
      'sqs:GetQueueAttributes ProjectionFeedDeadLetters.Arn',
    ]);
    const named = all.filter(({ role }) => 'RoleName' in role).map(({ name }) => name);
    expect(named).toEqual(['sweep']);
  });

  test('only commits, restores, uploads by links, sharing and the expiry write the tree and the journal, and none can change or remove an entry; what is left of both is settled by two', () => {
    const writers = ['commit', 'expiry', 'link-commit', 'restore'];
    const everyWriter = [...writers, 'sharing'];
    expect(whoMay(/:(Put|Delete|BatchWrite)Item DataFiles/).toSorted()).toEqual([...everyWriter, 'project'].toSorted());
    expect(whoMay(/:DeleteItem DataFiles/).toSorted()).toEqual(['commit', 'expiry', 'project', 'restore', 'sharing']);
    expect(whoMay(/:UpdateItem DataFiles/).toSorted()).toEqual(['expiry', 'links', 'project', 'revision-mark']);
    expect(whoMay(/:(Put|Update|Delete|BatchWrite)Item DataChanges/).toSorted()).toEqual(everyWriter);
    expect(what('sharing', /DataChanges/)).toEqual(['dynamodb:PutItem DataChanges.Arn']);
    for (const writer of writers) {
      expect(what(writer, /DataChanges/).toSorted()).toEqual([
        'dynamodb:PutItem DataChanges.Arn',
        'dynamodb:Query DataChanges.Arn',
      ]);
    }
    expect(what('restore', /DataChunks|^s3:/)).toEqual([]);
    expect(what('expiry', /DataSessions|^s3:/).toSorted()).toEqual([
      's3:GetObject ChunksBucket.Arn/chunks/*',
      's3:GetObject ChunksBucket.Arn/manifests/*',
      's3:GetObject ChunksBucket.Arn/packs/*',
      's3:ListBucket ChunksBucket.Arn',
    ]);
  });

  test('what is known of a chunk is never removed, but for references, by who keeps them', () => {
    expect(whoMay(/:(Delete|BatchWrite)Item DataChunks/).toSorted()).toEqual(['expiry', 'project', 'scrub', 'sweep']);
    expect(what('project', /Data(Files|Changes)|^s3:/).toSorted()).toEqual([
      'dynamodb:BatchGetItem DataFiles.Arn',
      'dynamodb:DeleteItem DataFiles.Arn',
      'dynamodb:DescribeStream DataChanges.StreamArn',
      'dynamodb:GetRecords DataChanges.StreamArn',
      'dynamodb:GetShardIterator DataChanges.StreamArn',
      'dynamodb:ListStreams DataChanges.Arn/stream/*',
      'dynamodb:PutItem DataFiles.Arn',
      'dynamodb:Query DataChanges.Arn',
      'dynamodb:Query DataFiles.Arn',
      'dynamodb:UpdateItem DataFiles.Arn',
      's3:GetObject ChunksBucket.Arn/chunks/*',
      's3:GetObject ChunksBucket.Arn/manifests/*',
      's3:GetObject ChunksBucket.Arn/packs/*',
      's3:ListBucket ChunksBucket.Arn',
    ]);
  });

  test('the scrub only reads, and writes nothing but what it has found', () => {
    expect(what('scrub', /^(?!logs:)/).toSorted()).toEqual([
      'dynamodb:DeleteItem DataChunks.Arn',
      'dynamodb:GetItem DataChunks.Arn',
      'dynamodb:PutItem DataChunks.Arn',
      'dynamodb:Query DataChunks.Arn',
      'dynamodb:Scan DataChunks.Arn',
      's3:GetObject ChunksBucket.Arn/chunks/*',
      's3:GetObject ChunksBucket.Arn/manifests/*',
      's3:GetObject ChunksBucket.Arn/packs/*',
      's3:ListBucket ChunksBucket.Arn',
      's3:ListBucketVersions ChunksBucket.Arn',
    ]);
    const role = all.find(({ name }) => name === 'scrub')?.role;
    const [policy] = listOf(at(role, 'Policies'));
    const statements = listOf(at(policy, 'PolicyDocument', 'Statement'));
    const writing = statements.filter((statement) => JSON.stringify(at(statement, 'Action')).includes('Item"'));
    const conditions = writing
      .filter((statement) => /Put|Delete|Update/.test(JSON.stringify(at(statement, 'Action'))))
      .map((statement) => at(statement, 'Condition'));
    expect(conditions).toEqual([{ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['scrub'] } }]);
  });

  test('only upload functions may have chunks written, and one of them packs, which the sweep rewrites', () => {
    expect(whoMay(/^s3:PutObject ChunksBucket/).toSorted()).toEqual([
      'chunk-check',
      'link-upload',
      'pack-upload',
      'sweep',
      'upload-initiate',
    ]);
    expect(what('pack-upload', /^s3:/).toSorted()).toEqual([
      's3:GetObject ChunksBucket.Arn/chunks/*',
      's3:GetObject ChunksBucket.Arn/packs/*',
      's3:ListBucket ChunksBucket.Arn',
      's3:PutObject ChunksBucket.Arn/packs/*',
    ]);
    expect(what('upload-initiate', /^s3:/)).toEqual([
      's3:GetObject ChunksBucket.Arn/chunks/*',
      's3:GetObject ChunksBucket.Arn/packs/*',
      's3:GetObject ChunksBucket.Arn/manifests/*',
      's3:PutObject ChunksBucket.Arn/chunks/*',
      's3:PutObject ChunksBucket.Arn/manifests/*',
      's3:ListBucket ChunksBucket.Arn',
    ]);
    expect(what('chunk-check', /^s3:PutObject/)).toEqual(['s3:PutObject ChunksBucket.Arn/chunks/*']);
  });

  test('bytes are read where proofs and packs are checked, commits confirmed, contents handed out or searched, and references kept', () => {
    const finders = [
      'chunk-check',
      'commit',
      'expiry',
      'link-commit',
      'link-upload',
      'pack-upload',
      'project',
      'scrub',
      'sweep',
      'upload-initiate',
    ];
    expect(whoMay(/^s3:GetObject/).toSorted()).toEqual(
      [...finders, 'content-read', 'extract', 'link-read', 'link-stream', 'usage'].toSorted(),
    );
    expect(whoMay(/^s3:ListBucket /).toSorted()).toEqual(finders);
  });

  test('only functions that sign or verify may read the key secret', () => {
    expect(whoMay(/^secretsmanager:\w+ KeySecret/).toSorted()).toEqual([
      'change-wait',
      'chunk-check',
      'commit',
      'content-read',
      'deliver',
      'delta',
      'history-read',
      'link-commit',
      'link-read',
      'link-stream',
      'link-upload',
      'members',
      'node-read',
      'operator',
      'origin-key',
      'pack-upload',
      'restore',
      'search',
      'upload-initiate',
      'webhooks',
    ]);
  });

  test('the function for who runs the deployment writes nothing, and reads neither trees nor contents', () => {
    expect(what('operator', /^(?!logs:)/).toSorted()).toEqual([
      'dynamodb:GetItem DataAccounts.Arn',
      'dynamodb:GetItem DataChunks.Arn',
      'dynamodb:GetItem DataSessions.Arn',
      'dynamodb:Query DataChunks.Arn',
      'dynamodb:Scan DataAccounts.Arn',
      'secretsmanager:GetSecretValue KeySecret.Id',
    ]);
  });

  test('the function that publishes the web app writes its files, and nothing else', () => {
    expect(what('site', /^(?!logs:)/)).toEqual(['s3:PutObject SiteBucket.Arn/*']);
    expect(what('origin-key', /^(?!logs:)/)).toEqual(['secretsmanager:GetSecretValue KeySecret.Id']);
  });

  test('pushing and closing are different rights', () => {
    expect(whoMay(/ManageConnections .*\/POST\/@connections/).toSorted()).toEqual([
      'chunk-check',
      'devices',
      'fan-out',
      'notify',
      'sharing',
    ]);
    expect(whoMay(/ManageConnections .*\/DELETE\/@connections/)).toEqual(['devices']);
  });

  test('only notify and project read the stream, and each names what it could not handle', () => {
    const readers = /GetRecords|GetShardIterator|DescribeStream|ListStreams|SendMessage/;
    const others = whoMay(readers).filter((name) => !['deliver', 'index', 'webhooks'].includes(name));
    expect(others.toSorted()).toEqual(['notify', 'project']);
    expect(what('project', /SendMessage/).toSorted()).toEqual([
      'sqs:SendMessage DeliveriesQueue.Arn',
      'sqs:SendMessage IndexQueue.Arn',
      'sqs:SendMessage ProjectionFeedDeadLetters.Arn',
    ]);
    expect(what('index', /SendMessage/)).toEqual([
      'sqs:SendMessage IndexQueue.Arn',
      'sqs:SendMessage ContentsQueue.Arn',
    ]);
    expect(what('notify', /GetRecords/)).toEqual(['dynamodb:GetRecords DataChanges.StreamArn']);
    expect(what('notify', /SendMessage/).toSorted()).toEqual([
      'sqs:SendMessage ChangeFeedDeadLetters.Arn',
      'sqs:SendMessage PushesQueue.Arn',
    ]);
  });

  test('pages of members are handed over by notify alone, and taken by fan-out alone', () => {
    expect(whoMay(/PushesQueue/).toSorted()).toEqual(['fan-out', 'notify']);
    expect(whoMay(/PushesDeadLetters/)).toEqual([]);
    expect(what('fan-out', /^(?!logs:|execute-api:)/).toSorted()).toEqual([
      'dynamodb:DeleteItem DataSessions.Arn',
      'dynamodb:Query DataAccounts.Arn',
      'dynamodb:Query DataSessions.Arn/index/byAccount',
      'sqs:DeleteMessage PushesQueue.Arn',
      'sqs:GetQueueAttributes PushesQueue.Arn',
      'sqs:ReceiveMessage PushesQueue.Arn',
    ]);
  });

  test('what reads contents reads rows and objects, and writes documents of the index alone', () => {
    expect(whoMay(/ContentsQueue/).toSorted()).toEqual(['extract', 'index']);
    expect(whoMay(/ContentsDeadLetters/)).toEqual([]);
    expect(what('extract', /^(?!logs:)/).toSorted()).toEqual([
      'dynamodb:BatchGetItem DataChunks.Arn',
      'dynamodb:BatchGetItem DataFiles.Arn',
      'dynamodb:GetItem DataAccounts.Arn',
      'dynamodb:GetItem DataFiles.Arn',
      'es:ESHttpPost SearchDomain.Arn/syncline-nodes-write/_bulk',
      'es:ESHttpPost SearchDomain.Arn/syncline-nodes/_mget',
      'es:ESHttpPost SearchDomain.Arn/syncline-nodes/_search',
      's3:GetObject ChunksBucket.Arn/chunks/*',
      's3:GetObject ChunksBucket.Arn/manifests/*',
      's3:GetObject ChunksBucket.Arn/packs/*',
      'sqs:ChangeMessageVisibility ContentsQueue.Arn',
      'sqs:DeleteMessage ContentsQueue.Arn',
      'sqs:GetQueueAttributes ContentsQueue.Arn',
      'sqs:ReceiveMessage ContentsQueue.Arn',
    ]);
  });

  test('the function that anybody may call has no rights at all', () => {
    expect(what('configuration', /^(?!logs:)/)).toEqual([]);
  });

  test('the function that a ticket opens writes sessions and reads single rows of accounts', () => {
    expect(what('socket', /^(?!logs:)/).toSorted()).toEqual([
      'dynamodb:DeleteItem DataSessions.Arn',
      'dynamodb:GetItem DataAccounts.Arn',
      'dynamodb:PutItem DataSessions.Arn',
    ]);
  });

  test('whoever holds the token of a link has counts written, and nothing else', () => {
    const writes = /^dynamodb:(Put|Update|Delete|BatchWrite)/;
    expect(what('link-read', writes).toSorted()).toEqual([
      'dynamodb:PutItem DataSessions.Arn',
      'dynamodb:UpdateItem DataAccounts.Arn',
      'dynamodb:UpdateItem DataSessions.Arn',
    ]);
    expect(what('link-stream', writes)).toEqual([]);
  });

  test('a function is told the names of what it may access, and no others', () => {
    const told = {
      FILES_TABLE: /dynamodb:\w+ DataFiles/,
      CHUNKS_TABLE: /dynamodb:\w+ DataChunks/,
      CHANGES_TABLE: /dynamodb:\w+ DataChanges\.Arn$/,
      ACCOUNTS_TABLE: /dynamodb:\w+ DataAccounts/,
      SESSIONS_TABLE: /dynamodb:\w+ DataSessions/,
      BUCKET: /^s3:\w+ ChunksBucket/,
      KEY_SECRET_ID: /^secretsmanager:\w+ KeySecret/,
      SOCKET_ENDPOINT: /^execute-api:/,
      PUSH_QUEUE_URL: /^sqs:SendMessage PushesQueue/,
    };
    for (const { name, environment, allowed } of all) {
      const named = Object.keys(told).filter((variable) => variable in environment);
      const usable = Object.entries(told)
        .filter(([, pattern]) => allowed.some((line) => pattern.test(line)))
        .map(([variable]) => variable);
      expect([name, ...named]).toEqual([name, ...usable]);
    }
  });
});
