import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import type { FunctionName } from '../functions.ts';
import { logGroupName, REQUEST_LOG } from '../log-group-name.ts';
import { savedQueries } from '../saved-queries.ts';

export interface SavedLogQueriesProps {
  readonly config: DeploymentConfig;
}

/** Log groups that one query may ask. Source: Amazon CloudWatch Logs User Guide, "CloudWatch Logs quotas". */
const GROUPS_MAX = 50;

/** The questions to the logs, where operators find them: CloudWatch, Logs Insights, Queries. */
export class SavedLogQueries extends Construct {
  constructor(scope: Construct, id: string, { config }: SavedLogQueriesProps) {
    super(scope, id);
    const { stage } = config;
    for (const { name, logs, query } of savedQueries) {
      const sources = logs === REQUEST_LOG ? [logs] : logs.filter((each) => isDeployed(each, config));
      if (sources.length > GROUPS_MAX) throw new Error(`the query "${name}" asks more than ${GROUPS_MAX} logs`);
      new CfnQueryDefinition(this, `Query ${name}`, {
        name: `syncline-${stage}/${name}`,
        logGroupNames: sources.map((source) => logGroupName(stage, source)),
        queryString: query,
      });
    }
  }
}

/** A query that names a log group that is not there cannot be asked. */
function isDeployed(name: FunctionName, config: DeploymentConfig): boolean {
  const { search, web, externalIssuer, edge, operations } = config;
  switch (name) {
    case 'index':
    case 'extract':
      return search !== 'off';
    case 'origin-key':
    case 'site':
      return web !== 'off';
    case 'content-key':
      return edge.contents !== undefined;
    case 'canary':
      return operations.canary === 'on';
    case 'token-claims':
      return externalIssuer === undefined;
    case 'sign-up':
      return false;
    default:
      return true;
  }
}
