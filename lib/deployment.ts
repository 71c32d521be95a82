import type { App } from 'aws-cdk-lib';
import type { DeploymentConfig } from './config.ts';
import type { ApiFunction } from './constructs/api-function.ts';
import type { Identity } from './resources.ts';
import { ApiStack } from './stacks/api-stack.ts';
import { CanaryStack } from './stacks/canary-stack.ts';
import { IdentityStack } from './stacks/identity-stack.ts';
import { OperationsStack } from './stacks/operations-stack.ts';
import { RealtimeStack } from './stacks/realtime-stack.ts';
import { SearchStack } from './stacks/search-stack.ts';
import { StorageStack } from './stacks/storage-stack.ts';
import { WebStack } from './stacks/web-stack.ts';

/** The stacks of one deployment, each reading only from those before it: storage, identity, search, realtime, api, web, canary, operations. */
export function addStacks(app: App, config: DeploymentConfig): void {
  const stackId = (name: string) => `Syncline-${config.stage}-${name}`;
  const storage = new StorageStack(app, stackId('Storage'), { config });
  const identity: Identity = config.externalIssuer ?? new IdentityStack(app, stackId('Identity'), { config }).identity;
  const found = config.search === 'off' ? undefined : new SearchStack(app, stackId('Search'), { config });
  const search = found === undefined ? {} : { search: found.search };
  const feed = (consumer: ApiFunction): void => found?.queue.feed(consumer);
  const feedContents = (consumer: ApiFunction): void => found?.contentQueue.feed(consumer);
  const realtime = new RealtimeStack(app, stackId('Realtime'), {
    config,
    storage,
    identity,
    search: found === undefined ? undefined : { ...found.search, feed, feedContents },
  });
  const { sockets, deliveries } = realtime;
  const api = new ApiStack(app, stackId('Api'), { config, storage, identity, sockets, deliveries, ...search });
  const { origin, httpApiId } = api;
  const web =
    origin === undefined
      ? undefined
      : new WebStack(app, stackId('Web'), { config, storage, identity, sockets, api: origin });
  if (config.operations.canary === 'on')
    new CanaryStack(app, stackId('Canary'), { config, apiUrl: web?.url ?? api.url });
  if (config.operations.watch === 'none') return;
  new OperationsStack(app, stackId('Operations'), {
    config,
    storage,
    realtime: realtime.watched,
    httpApiId,
    search: found,
  });
}
