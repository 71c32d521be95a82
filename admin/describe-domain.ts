import { DescribeDomainCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
import type { AwsConnection } from '../lambdas/runtime/aws-connection.ts';
import { UnavailableError } from '../lambdas/runtime/unavailable-error.ts';

/** What AWS says of a domain. */
export interface SearchDomainState {
  /** As AWS writes it: `OpenSearch_2.19`. */
  readonly version: string;
  /** Its configuration or version is being changed. */
  readonly isChanging: boolean;
  /** There is newer software of AWS's for the same version. */
  readonly hasUpdate: boolean;
}

/** Asks AWS how a domain is. Needs the right to es:DescribeDomain. @throws UnavailableError when AWS does not tell. */
export async function describeDomain(connection: AwsConnection, domainName: string): Promise<SearchDomainState> {
  const { region, endpoint, credentials } = connection;
  const client = new OpenSearchClient({ region, credentials, ...(endpoint === undefined ? {} : { endpoint }) });
  try {
    const { DomainStatus: status } = await client.send(new DescribeDomainCommand({ DomainName: domainName }));
    return {
      version: status?.EngineVersion ?? 'unknown',
      isChanging: status?.Processing === true || status?.UpgradeProcessing === true,
      hasUpdate: status?.ServiceSoftwareOptions?.UpdateAvailable === true,
    };
  } catch (error) {
    throw new UnavailableError(`AWS does not describe the domain ${domainName}`, { cause: error });
  } finally {
    client.destroy();
  }
}
