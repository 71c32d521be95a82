import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import { SearchCollection } from '../constructs/search-collection.ts';
import { SearchDomain } from '../constructs/search-domain.ts';
import { TaskQueue } from '../constructs/task-queue.ts';
import type { Search } from '../resources.ts';
import { stackSettings } from '../stack-settings.ts';
import { taskQueues } from '../task-queues.ts';

export interface SearchStackProps {
  readonly config: DeploymentConfig;
}

/** The search index, and the queues of what it is to follow, and of contents to be read for it. Not made when search is off; can be removed and made anew at any time. */
export class SearchStack extends Stack {
  readonly search: Search;
  readonly queue: TaskQueue;
  readonly contentQueue: TaskQueue;

  constructor(scope: Construct, id: string, { config }: SearchStackProps) {
    super(scope, id, stackSettings(config, 'search'));
    const enforceTls = config.stage !== 'local';
    this.queue = new TaskQueue(this, 'Index', { enforceTls, settings: taskQueues.index });
    this.contentQueue = new TaskQueue(this, 'Contents', { enforceTls, settings: taskQueues.contents });
    const contents = this.contentQueue.address;
    this.search = { ...this.addEngine(config), ...this.queue.address, contents };
    new CfnOutput(this, 'SearchEndpoint', { value: this.search.endpoint });
    // For whoever looks after it (admin/open-stage.ts).
    new CfnOutput(this, 'IndexQueueUrl', { value: this.search.queueUrl });
    new CfnOutput(this, 'IndexAsideUrl', { value: this.queue.deadLetters.queueUrl });
    new CfnOutput(this, 'ContentQueueUrl', { value: contents.queueUrl });
    new CfnOutput(this, 'ContentAsideUrl', { value: this.contentQueue.deadLetters.queueUrl });
  }

  private addEngine(config: DeploymentConfig): Pick<Search, 'endpoint' | 'domainArn' | 'collection'> {
    // The emulator has no engine: a real one runs beside it.
    if (config.searchEndpoint !== undefined) return { endpoint: config.searchEndpoint };
    if (config.search === 'serverless') {
      const { collection } = new SearchCollection(this, 'Search', { config });
      const { name, attrArn: arn, attrCollectionEndpoint: endpoint } = collection;
      return { endpoint, collection: { name, arn } };
    }
    const { domain } = new SearchDomain(this, 'Search', { config });
    new CfnOutput(this, 'SearchDomainName', { value: domain.domainName });
    return { endpoint: `https://${domain.domainEndpoint}`, domainArn: domain.domainArn };
  }
}
