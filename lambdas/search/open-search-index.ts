import { SECOND_MS } from '@syncline/protocol';
import { processConnection } from '../runtime/aws-connection.ts';
import { AwsRequests } from '../runtime/aws-requests.ts';
import { OpensearchSearchIndex } from './opensearch-search-index.ts';
import { prepareIndex } from './prepare-index.ts';

/** A query or a batch that takes longer is not worth its wait. */
const SEARCH_MS_MAX = 8 * SECOND_MS;

/** The index at an address, spoken to as this function. */
export function openSearchIndex(endpoint: string): {
  readonly index: OpensearchSearchIndex;
  /** Makes the index when there is none yet. */
  readonly prepare: () => Promise<void>;
} {
  const requests = new AwsRequests({
    signingName: 'es',
    connection: processConnection('OPENSEARCH'),
    requestMsMax: SEARCH_MS_MAX,
  });
  return { index: new OpensearchSearchIndex({ requests, endpoint }), prepare: () => prepareIndex(requests, endpoint) };
}
