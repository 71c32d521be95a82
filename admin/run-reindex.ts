import { type NamespaceId, SECOND_MS } from '@syncline/protocol';
import { SqsContentQueue } from '../lambdas/extraction/sqs-content-queue.ts';
import { DynamodbJournalPositions } from '../lambdas/journal/dynamodb-journal-positions.ts';
import { DynamodbNamespaceStore } from '../lambdas/namespaces/dynamodb-namespace-store.ts';
import { AwsRequests } from '../lambdas/runtime/aws-requests.ts';
import { createDynamodbClient } from '../lambdas/runtime/dynamodb-client.ts';
import type { Meter } from '../lambdas/runtime/meter.ts';
import { systemClock, systemRandom } from '../lambdas/runtime/system-clock.ts';
import { UNSEEN_SECONDS_MAX } from '../lambdas/search/limits.ts';
import { OpensearchIndexGenerations } from '../lambdas/search/opensearch-index-generations.ts';
import { OpensearchSearchIndex } from '../lambdas/search/opensearch-search-index.ts';
import { type RebuildProgress, rebuildIndex, refreshNamespace } from '../lambdas/search/rebuild-index.ts';
import { AdminProblem } from './admin-problem.ts';
import { REBUILT_KEPT_MS, REINDEX_MS_MAX } from './limits.ts';
import type { SearchAccess } from './open-stage.ts';
import type { Terminal } from './terminal.ts';

export interface ReindexCommand {
  readonly namespaceId?: NamespaceId | undefined;
  readonly isForced: boolean;
}

/** `npm run admin -- reindex`. Exit code: 0, for whatever is not done is thrown. */
export async function runReindex(
  access: SearchAccess,
  terminal: Terminal,
  { namespaceId, isForced }: ReindexCommand,
): Promise<number> {
  const { connection, queueUrls, endpoint, signingName, tableNames } = access;
  const { sessions, ...tables } = tableNames;
  const client = createDynamodbClient({ connection });
  const clock = systemClock;
  const namespaces = new DynamodbNamespaceStore({ client, tableNames: tables, clock, random: systemRandom });
  const requests = new AwsRequests({ signingName, connection, requestMsMax: REINDEX_MS_MAX });
  // No task is late here, so whatever has to see all that was written to a collection waits for it.
  const waitUntilSeen = () => clock.sleep(UNSEEN_SECONDS_MAX * SECOND_MS);
  const engine = { requests, endpoint, waitUntilSeen };
  const contents = new SqsContentQueue({ queueUrl: queueUrls.contents, connection });
  let indexed = 0;
  const meter: Meter = {
    count: (name, value = 1) => {
      if (name === 'nodesIndexed') indexed += value;
    },
  };
  if (namespaceId !== undefined) {
    const head = await namespaces.readHead(namespaceId);
    if (head === undefined) {
      throw new AdminProblem({
        what: 'There is no such namespace.',
        remedy: 'Look at its id: "fsck" tells those there are.',
      });
    }
    const index = new OpensearchSearchIndex(engine);
    await refreshNamespace({ namespaces, index, contents, meter }, head);
    terminal.say(`All of the namespace was looked at: ${indexed} documents were written.`);
    return 0;
  }
  const positionsOf = (follower: string) =>
    new DynamodbJournalPositions({
      client,
      tableName: sessions,
      follower: `rebuilt#${follower}`,
      expiresAt: () => clock.now() + REBUILT_KEPT_MS,
    });
  const generations = new OpensearchIndexGenerations(engine);
  const tell = (progress: RebuildProgress): void => {
    const text = describe(progress);
    if ('namespaces' in progress) terminal.progress(`${text}, ${indexed} documents`);
    else terminal.say(text);
  };
  const dependencies = { namespaces, generations, positionsOf, contents, clock, meter };
  const outcome = await rebuildIndex(dependencies, { isForced, tell });
  terminal.say(
    outcome.kind === 'rebuilt'
      ? `${outcome.name} serves, and has all that the tables have: ${indexed} documents were written.`
      : `${outcome.name} serves, and is of the present definition. Nothing was done; --force makes it anew.`,
  );
  if (outcome.unread > 0) terminal.say(`${outcome.unread} contents have no text yet, and are read from now on.`);
  return 0;
}

function describe(progress: RebuildProgress): string {
  switch (progress.kind) {
    case 'begun':
      return progress.isResumed ? `Going on with ${progress.name}.` : `Making ${progress.name}.`;
    case 'walking':
      return `walking: ${progress.namespaces} namespaces`;
    case 'catching-up':
      return `catching up: ${progress.namespaces} namespaces`;
    case 'serving':
      return `${progress.name} serves from now on.`;
    case 'removed':
      return `${progress.name} was removed.`;
  }
}
