import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DAY_MS, MINUTE_MS, type NamespaceId, OUTLINE_BLOCK_BYTES, type Route, rootNodeId } from '@syncline/protocol';
import type { FunctionName } from '../../lib/functions.ts';
import { GONE_CONNECTION } from '../support/aws-stand-in.ts';
import { DeployedDay } from '../support/deployed-day.ts';
import { DeployedService } from '../support/deployed-service.ts';
import type { Member } from '../support/in-memory-member.ts';
import { eventOf } from '../support/in-memory-service.ts';
import { KnownAnswers } from '../support/known-answers.ts';
import { describedRoutes } from '../support/openapi-schema.ts';
import { MARK, RandomRequests } from '../support/random-requests.ts';
import { deployedFunctions } from './deployed-functions.ts';
import { synthesise } from './synthesised.ts';

/** Whose calls are others': of an event source for it, or of the runtime, which writes its log. */
const BY_LAMBDA =
  /^(logs:|dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams) |sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes) (Pushes|Deliveries)Queue|sqs:SendMessage ChangeFeedDeadLetters|sqs:SendMessage ProjectionFeedDeadLetters|sqs:ChangeMessageVisibility)/;
/** Functions that CloudFormation and the user pool call, with tests of their own. */
const NOT_CALLED: ReadonlySet<string> = new Set(['site', 'token-claims']);

/** Calls of rare moments: what a role must allow, and the day does not bring. */
const RARE: readonly { readonly what: RegExp; readonly why: string }[] = [
  { what: / secretsmanager:GetSecretValue KeySecret/, why: 'signs the token of a next page, or reads one' },
  {
    what: /^(upload-initiate|chunk-check|pack-upload|commit|link-upload|link-commit|project|expiry|sweep|scrub) s3:(GetObject|ListBucket) /,
    why: 'asks whether a chunk is still stored that is to live again, and reads long manifests: test/scenarios/swept-histories',
  },
  {
    what: /^(chunk-check|link-upload) s3:PutObject /,
    why: 'signs again for bytes that did not arrive, and keeps long manifests',
  },
  { what: /^link-(read|stream) s3:GetObject /, why: 'streams what lies in several places, and reads long manifests' },
  {
    what: /^(commit|link-commit|link-upload) dynamodb:(PutItem|UpdateItem) DataChunks/,
    why: 'holds chunks that were never confirmed',
  },
  { what: /^(commit|link-commit|delta|sweep) dynamodb:Query DataChanges/, why: 'goes on from an older head' },
  { what: /^(commit|restore|search) dynamodb:Query DataAccounts/, why: 'looks where shared folders are mounted' },
  {
    what: /^(commit|restore|node-read) dynamodb:(GetItem|Query) DataFiles/,
    why: 'looks below folders, and at revisions by number',
  },
  {
    what: /^(upload-initiate|members|expiry|link-stream) dynamodb:(Batch)?(Get|Update)Item Data(Accounts|Files)/,
    why: 'shared folders, and answers that were not complete',
  },
  { what: /^(chunk-check) execute-api:/, why: 'tells others of the progress of an upload: test/end-to-end/push' },
  {
    what: /^(notify|fan-out) (dynamodb:DeleteItem DataSessions|sqs:SendMessage PushesQueue)/,
    why: 'connections that are gone, and large memberships',
  },
  {
    what: /^(expiry|project) dynamodb:\w+ Data(Files|Changes|Chunks)/,
    why: 'leaves nothing of what was let go: test/scenarios/expiry',
  },
  { what: /^sweep (s3|dynamodb):/, why: 'rewrites packs, and projects what was left: test/scenarios/swept-histories' },
  {
    what: /^deliver sqs:SendMessage DeliveriesQueue/,
    why: 'lets a webhook that has ended go on: test/scenarios/webhooks',
  },
  { what: /^scrub dynamodb:DeleteItem/, why: 'forgets a defect that was mended' },
];

const deployed = [...deployedFunctions(synthesise('prod')).values()].filter(({ name }) => !NOT_CALLED.has(name));
const allowed = new Map(
  deployed.map(({ name, allowed: lines }) => [name, lines.filter((line) => !BY_LAMBDA.test(line)).map(asCalled)]),
);
const attributes = new Map(deployed.map((one) => [one.name, one.attributes]));
const service = new DeployedService({ allowed, attributes });

/** Connections are known by their method alone. */
function asCalled(line: string): string {
  return line.replace(/^(execute-api:ManageConnections) .*\/v1\/(\w+)\/@connections\/\*$/, '$1 $2/@connections');
}

beforeAll(async () => {
  await service.start(deployed.map(({ name }) => name as FunctionName));
  await liveThroughADay();
}, 240_000);
afterAll(() => service.stop());

test('no function calls what its role does not allow', () => {
  expect([...service.aws.refused]).toEqual([]);
});

test('no role allows what nobody calls, but for what a day does not bring', () => {
  const unused = [...allowed].flatMap(([name, lines]) => {
    const called = service.aws.called.get(name);
    return lines.filter((line) => called?.has(line) !== true).map((line) => `${name} ${line}`);
  });
  const unexplained = unused.filter((line) => !RARE.some(({ what }) => what.test(line)));
  expect(unexplained).toEqual([]);
});

test('no log has a token, a signature, a key or a name', () => {
  const log = service.lines.join('');
  expect(service.lines.length).toBeGreaterThan(500);
  for (const secret of [
    /X-Amz-Signature/,
    /Bearer/,
    /open sesame/,
    /note\.txt/,
    /example\.test/,
    /a secret that is/,
    MARK,
  ])
    expect(log).not.toMatch(secret);
});

/** What nothing needs is removed by the 39th. */
const DAYS = 45;
const ADDRESS = { address: '198.51.100.7' };
const PASSWORD = 'open sesame';

async function liveThroughADay(): Promise<void> {
  const day = new DeployedDay(service);
  const stack = { StackId: 's', RequestId: 'r', LogicalResourceId: 'Keys', RequestType: 'Create' };
  const ResponseURL = `${process.env['AWS_ENDPOINT_URL']}/stack`;
  await service.call('origin-key', { ...stack, ResponseURL, ResourceProperties: { generation: 1 } });
  const ann = await day.join('ann');
  const bob = await day.join('bob');
  await day.connect(ann, 'c1');
  await day.connect(bob, 'c2');
  await day.connect(bob, GONE_CONNECTION);
  await day.tellPage(ann);
  await writeFiles(day, ann, bob);
  await useLinks(day, ann);
  const teamId = await useTeam(day, ann, bob);
  await endDevices(day, ann);
  await askAtRandom([ann, bob], teamId);
  await runTheDays(day);
}

async function writeFiles(day: DeployedDay, ann: Member, bob: Member): Promise<void> {
  const { namespaceId } = ann;
  const parentId = rootNodeId(namespaceId);
  await day.must('getConfiguration', {});
  const operator = { ...bob, groups: '[operators]' };
  await day.must('listAccounts', { query: {} }, operator);
  await day.must('getUpkeep', {}, operator);
  const fileId = await day.file(ann, 'note.txt', 'hello');
  await day.longFile(ann, 'long.bin');
  const folderId = await day.apply(ann, { type: 'mkdir', parentId, name: 'folder' });
  await day.file(ann, 'moved.txt', 'moved', folderId);
  await day.follow();
  // Somebody else has the same bytes, and proves it.
  await day.prove(bob, 'hello');
  const block = 'b'.repeat(OUTLINE_BLOCK_BYTES);
  await day.patch(ann, await day.file(ann, 'block.txt', block), block);
  // What is never made a file, and what is purged, is swept.
  await day.upload(ann, ['never a file']);
  await day.editAndDelete(ann, 'edited.txt');
  await day.purge(ann, await day.file(ann, 'purged.txt', 'purged'));
  const { cursor } = await day.must('getCursor', {}, ann);
  await day.must('waitForChanges', { query: { cursor, timeout: '0' } }, ann);
  await day.must('listTree', { query: {} }, ann);
  await day.must('listChanges', { query: { cursor } }, ann);
  await day.must('readContents', { body: { files: [{ namespaceId, nodeId: fileId }] } }, ann);
  for (const nodeId of [fileId, await day.longFile(ann, 'other.bin')]) {
    await day.read(await day.must('getContent', { parameters: { nodeId }, query: {} }, ann));
    await day.must('measureStored', { body: { namespaceId, nodeIds: [nodeId] } }, ann);
  }
  await day.must('addStar', { body: { namespaceId, nodeId: fileId } }, ann);
  await day.must('resolvePath', { query: { path: '/folder/moved.txt' } }, ann);
  await day.must('search', { query: { q: 'note', folderId } }, ann);
  await day.tellWebhooks(ann);
  const stale = new Date().toISOString();
  await day.apply(ann, { type: 'delete', nodeId: folderId, baseRev: 1, baseSeq: await day.seqOf(ann) });
  await day.must('markRevision', { parameters: { nodeId: fileId, rev: '1' }, body: { label: 'first' } }, ann);
  await day.must('markRevision', { parameters: { nodeId: fileId, rev: '1' }, body: {} }, ann);
  await day.must('listTrash', { query: {} }, ann);
  await day.must('listActivity', { query: {} }, ann);
  await day.must('restoreTree', { body: { at: stale } }, ann);
  await day.must('setRetention', { parameters: { namespaceId }, body: { days: 10 } }, ann);
  await day.follow();
}

async function useLinks(day: DeployedDay, ann: Member): Promise<void> {
  const { namespaceId } = ann;
  const nodeId = await day.longFile(ann, 'shown.bin');
  const dropId = await day.apply(ann, { type: 'mkdir', parentId: rootNodeId(namespaceId), name: 'drop' });
  const view = await day.must(
    'createLink',
    { body: { role: 'view', namespaceId, nodeId, rev: 1, password: PASSWORD, maxUses: 5 } },
    ann,
  );
  const folder = await day.must('createLink', { body: { role: 'view', namespaceId, nodeId: dropId } }, ann);
  const drop = await day.must(
    'createLink',
    { body: { role: 'upload', namespaceId, nodeId: dropId, password: PASSWORD } },
    ann,
  );
  await day.dropByLink(drop.token, 'dropped.txt', 'from outside');
  const parameters = { token: view.token };
  const visitor = { ...ADDRESS, password: PASSWORD };
  await day.ask('getLink', { parameters: { token: 'A'.repeat(43) } }, ADDRESS);
  await day.ask('getLink', { parameters }, { ...ADDRESS, password: 'wrong' });
  await day.read(await day.must('getLinkContent', { parameters, query: {} }, visitor));
  await day.must('listLinkChildren', { parameters: { token: folder.token }, query: {} }, ADDRESS);
  const { headers } = await day.ask('downloadLink', { parameters, query: {} }, visitor);
  const { pathname } = new URL(headers['location'] ?? '');
  await service.call('link-stream', { rawPath: pathname, requestContext: { requestId: 'r' } });
  await day.must('listLinks', {}, ann);
  await day.must('revokeLink', { parameters: { linkId: view.link.linkId } }, ann);
}

async function useTeam(day: DeployedDay, ann: Member, bob: Member): Promise<NamespaceId> {
  const teamId = await day.share(ann, 'team', bob, 'editor');
  const inside = { ...bob, namespaceId: teamId };
  const parameters = { namespaceId: teamId };
  await day.file(inside, 'plan.txt', 'a plan');
  await day.follow();
  await day.must(
    'changeRole',
    { parameters: { ...parameters, accountId: bob.accountId }, body: { role: 'viewer' } },
    ann,
  );
  await day.must('invite', { parameters, body: { role: 'viewer', email: 'bob@example.test' } }, ann);
  const { invitations } = await day.must('listOwnInvitations', {}, bob);
  for (const { namespaceId, invitationId } of invitations) {
    await day.ask('declineInvitation', { body: { namespaceId, invitationId } }, bob);
  }
  const { invitation } = await day.must('invite', { parameters, body: { role: 'viewer' } }, ann);
  await day.must('withdrawInvitation', { parameters: { ...parameters, invitationId: invitation.invitationId } }, ann);
  await day.must('removeMember', { parameters: { ...parameters, accountId: bob.accountId } }, ann);
  const other = await day.share(ann, 'other', bob, 'viewer');
  await day.must('unshare', { parameters: { namespaceId: other } }, ann);
  return teamId;
}

/** What nobody has thought of. */
async function askAtRandom(members: readonly Member[], teamId: NamespaceId): Promise<void> {
  const known = new KnownAnswers();
  known.learn({ members, teamId });
  for (const [index, route] of Array.from({ length: 6 }, () => describedRoutes)
    .flat()
    .entries()) {
    const caller = members[index % members.length] ?? {};
    const [method = '', path = ''] = route.key.split(' ');
    const event = eventOf({ method, path } as Route, caller);
    const request = new RandomRequests(`called ${index}`, known.values).request(route);
    const answer = await service.handle({ ...event, ...request, headers: { ...request.headers, ...event.headers } });
    if (answer.statusCode === 200) known.learn(JSON.parse(answer.body));
  }
}

async function endDevices(day: DeployedDay, ann: Member): Promise<void> {
  const lost = await day.join('ann', 'lost');
  await day.connect(lost, 'c3');
  await day.must('listDevices', {}, ann);
  await day.must('renameDevice', { parameters: { deviceId: lost.deviceId }, body: { name: 'gone' } }, ann);
  await day.must('unlinkDevice', { parameters: { deviceId: lost.deviceId }, query: { wipe: 'true' } }, ann);
  await day.disconnect('c1');
}

/** Two months: longer than what nothing needs is kept. */
async function runTheDays(day: DeployedDay): Promise<void> {
  await day.follow();
  const now = Date.now.bind(Date);
  let offsetMs = 0;
  Date.now = () => now() + offsetMs;
  try {
    for (let passed = 0; passed < DAYS; passed++) {
      offsetMs += DAY_MS + MINUTE_MS;
      await service.call('expiry', {});
      await service.call('sweep', {});
      if (passed < 2) await service.call('scrub', {});
    }
  } finally {
    Date.now = now;
  }
}
