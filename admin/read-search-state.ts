import * as z from 'zod/mini';
import { AwsRequests } from '../lambdas/runtime/aws-requests.ts';
import { QueueRequests } from '../lambdas/runtime/queue-requests.ts';
import { UnavailableError } from '../lambdas/runtime/unavailable-error.ts';
import { READ_ALIAS } from '../lambdas/search/index-definition.ts';
import { OpensearchIndexGenerations } from '../lambdas/search/opensearch-index-generations.ts';
import { describeDomain } from './describe-domain.ts';
import type { SearchAccess } from './open-stage.ts';
import type { EngineState, QueueState, SearchState } from './search-state.ts';

/** Looks how the search index of a stage is. @throws UnavailableError when AWS did not tell of a queue or the domain; an engine that is away is told. */
export async function readSearchState(access: SearchAccess): Promise<SearchState> {
  const { connection, endpoint, signingName, domainName } = access;
  const requests = new AwsRequests({ signingName, connection, triesMax: TRIES_MAX });
  const domain = domainName === undefined ? undefined : await describeDomain(connection, domainName);
  const queues = await readQueues(access);
  try {
    const engine = signingName === 'aoss' ? undefined : await readEngine(requests, endpoint);
    const indices = await new OpensearchIndexGenerations({ requests, endpoint }).list();
    const isThere = indices.some(({ isServing }) => isServing);
    return { engine, domain, queues, indices, documents: isThere ? await countDocuments(requests, endpoint) : 0 };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { engine: 'away', domain, queues, indices: [], documents: 0 };
  }
}

/** Somebody waits, and is told when it is away. */
const TRIES_MAX = 2;

const Health = z.object({ status: z.string(), number_of_nodes: z.number() });
const Version = z.object({ version: z.object({ number: z.string() }) });
/** Source: OpenSearch, "Cluster stats". */
const Stats = z.object({
  nodes: z.object({ fs: z.object({ available_in_bytes: z.number(), total_in_bytes: z.number() }) }),
});
const Count = z.object({ count: z.number() });

async function readEngine(requests: AwsRequests, endpoint: string): Promise<EngineState> {
  const get = (path: string) => readJson(requests, new URL(path, endpoint));
  const { status, number_of_nodes: nodes } = Health.parse(await get('/_cluster/health'));
  const { version } = Version.parse(await get('/'));
  const { fs } = Stats.parse(await get('/_cluster/stats')).nodes;
  return {
    status,
    nodes,
    version: version.number,
    leftBytes: fs.available_in_bytes,
    totalBytes: fs.total_in_bytes,
  };
}

async function countDocuments(requests: AwsRequests, endpoint: string): Promise<number> {
  return Count.parse(await readJson(requests, new URL(`/${READ_ALIAS}/_count`, endpoint))).count;
}

async function readJson(requests: AwsRequests, url: URL): Promise<unknown> {
  const { status, body } = await requests.send({ method: 'GET', url });
  if (status !== 200) throw new UnavailableError(`the search engine answers ${url.pathname} with ${status}`);
  return JSON.parse(body.toString('utf8'));
}

async function readQueues({ connection, queueUrls }: SearchAccess): Promise<readonly QueueState[]> {
  const lengthOf = async (queueUrl: string): Promise<number> => {
    const asked = { AttributeNames: ['ApproximateNumberOfMessages'] };
    const answer = Attributes.parse(
      await new QueueRequests({ queueUrl, connection }).send('GetQueueAttributes', asked),
    );
    return Number(answer.Attributes.ApproximateNumberOfMessages);
  };
  const { tasks, tasksAside, contents, contentsAside } = queueUrls;
  return [
    { name: 'tasks of the index', waiting: await lengthOf(tasks), aside: await lengthOf(tasksAside) },
    { name: 'contents to be read', waiting: await lengthOf(contents), aside: await lengthOf(contentsAside) },
  ];
}

const Attributes = z.object({ Attributes: z.object({ ApproximateNumberOfMessages: z.string() }) });
