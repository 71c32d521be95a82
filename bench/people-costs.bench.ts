import { createNodeTransport } from '@syncline/client/node';
import { formatInstant, type Node } from '@syncline/protocol';
import { createDynamodbClient } from '../lambdas/runtime/dynamodb-client.ts';
import { systemClock } from '../lambdas/runtime/system-clock.ts';
import { memberRow } from '../lambdas/sharing/dynamodb-sharing-rows.ts';
import { newId, valueOf } from '../test/support/api-device.ts';
import type { BenchContext } from './bench-context.ts';
import type { BenchResult, Figure } from './bench-report.ts';
import type { BenchStack } from './bench-stack.ts';
import { CountingTransport, describeCounted } from './counted-work.ts';
import { startLocalService } from './local-service.ts';
import { RequestRecorder } from './request-recorder.ts';
import { Workbench } from './workbench.ts';

const FOLDER_FILES = 10_000;
const MEMBERS = 1000;
const CHANGES = 1000;
const ROWS_AT_ONCE = 25;
const ISSUER = 'https://bench.invalid';

/** What does it cost to share, to join, and to work in a folder with many members? Counted on the wire, not timed. */
export async function benchPeopleCosts(context: BenchContext): Promise<BenchResult> {
  const [files, changes] = [context.scaled(FOLDER_FILES), context.scaled(CHANGES)];
  const stack = await context.stack();
  const recorder = await RequestRecorder.start(stack.outputs.endpoint);
  const variables = await stack.functionEnvironment();
  const environment = { ...variables, AWS_ENDPOINT_URL: recorder.endpoint };
  const services = await Promise.all(
    ['owner', 'guest'].map(() => startLocalService(environment, { issuer: ISSUER, subject: newId() })),
  );
  const transport = new CountingTransport(createNodeTransport());
  try {
    const [owner, guest] = await Promise.all(services.map(({ url }) => Workbench.open(url, transport)));
    if (owner === undefined || guest === undefined) throw new Error('two people are needed');
    const figures: Figure[] = [];
    const measure = async <Value>(name: string, task: () => Promise<Value>): Promise<Value> => {
      let value: { readonly of: Value } | undefined;
      transport.take();
      const calls = await recorder.record(async () => {
        value = { of: await task() };
      });
      const counted = describeCounted(name, {}, { requests: transport.take(), calls });
      figures.push(...counted);
      // It takes long on a busy machine: what is counted is told at once.
      for (const figure of counted) console.error(`  ${figure.name}: ${figure.value} ${figure.unit}`);
      if (value === undefined) throw new Error('a task answers');
      return value.of;
    };

    const full = await owner.makeFullFolder('shared', files);
    const body = { namespaceId: owner.namespaceId, folderId: full.nodeId };
    const shared = await measure(`sharing a folder of ${formatCount(files)} files`, () =>
      owner.api.shareFolder({ body }),
    );
    const { namespaceId } = valueOf(shared).folder;
    const parameters = { namespaceId };
    const team = owner.inside(namespaceId);
    await measure('a commit with 1 member', () => team.makeFolder('alone'));
    const { token } = valueOf(await owner.api.invite({ parameters, body: { role: 'editor' } }));
    await measure('joining', async () => valueOf(await guest.api.acceptInvitation({ body: { token } })));
    await addMembers(stack, { table: variables['ACCOUNTS_TABLE'] ?? '', namespaceId });
    await measure('listing 1,000 members', async () => valueOf(await owner.api.listMembers({ parameters, query: {} })));
    await measure('a commit with 1,000 members', () => team.makeFolder('in company'));
    await measure('listing the devices', async () => valueOf(await owner.api.listDevices({})));

    const folder = await owner.makeFullFolder('restored', changes);
    const at = formatInstant(systemClock.now());
    const { nodes } = valueOf(await owner.api.listTree({ query: { folderId: folder.nodeId, limit: String(changes) } }));
    await systemClock.sleep(1000);
    await owner.renameAll(nodes);
    await measure(`restore of ${formatCount(changes)} changes`, () => restore(owner, folder, at));
    return { question: 'What does it cost to share, and to work with many people?', figures };
  } finally {
    for (const service of services) service.stop();
    recorder.stop();
  }
}

const credentials = async () => ({ accessKeyId: 'test', secretAccessKey: 'test' });

/** Rows of members alone: who they are makes no difference to what is counted. */
async function addMembers(
  stack: BenchStack,
  to: { readonly table: string; readonly namespaceId: Node['namespaceId'] },
): Promise<void> {
  const { table, namespaceId } = to;
  const { endpoint, region } = stack.outputs;
  const client = createDynamodbClient({ connection: { endpoint, region, credentials } });
  const since = formatInstant(systemClock.now());
  // Two have joined by themselves.
  for (let made = 2; made < MEMBERS; made += ROWS_AT_ONCE) {
    const rows = Array.from({ length: Math.min(ROWS_AT_ONCE, MEMBERS - made) }, () =>
      memberRow({ namespaceId, accountId: newId() as never, role: 'editor', since, email: `${newId()}@example.org` }),
    );
    await client.send('BatchWriteItem', { RequestItems: { [table]: rows.map((Item) => ({ PutRequest: { Item } })) } });
  }
}

async function restore({ api, namespaceId }: Workbench, folder: Node, at: string): Promise<void> {
  let page: string | undefined;
  do {
    const asked = { namespaceId, nodeId: folder.nodeId, at, ...(page === undefined ? {} : { page }) };
    const answer = valueOf(await api.restoreTree({ body: asked }));
    page = answer.nextPage;
  } while (page !== undefined);
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
