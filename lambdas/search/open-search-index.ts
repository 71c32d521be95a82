import { SECOND_MS } from '@syncline/protocol';
import { processConnection } from '../runtime/aws-connection.ts';
import { type AwsRequestOptions, AwsRequests } from '../runtime/aws-requests.ts';
import { engineAt, signingNameOf } from './engine-kind.ts';
import { OpensearchSearchIndex } from './opensearch-search-index.ts';
import { prepareIndex } from './prepare-index.ts';

/** Whoever asks waits no longer than both tries of this, and is told why. */
const QUERY_MS_MAX = 4 * SECOND_MS;
const QUERY_TRIES_MAX = 2;
/** A batch of documents; the call that sends it has two minutes. */
const BATCH_MS_MAX = 20 * SECOND_MS;

/** The index at an address, asked as this function, by somebody who waits. */
export function openQueriedIndex(endpoint: string): OpensearchSearchIndex {
  const requests = openRequests(endpoint, { requestMsMax: QUERY_MS_MAX, triesMax: QUERY_TRIES_MAX });
  return new OpensearchSearchIndex({ requests, endpoint });
}

/** The same for whoever writes. */
export function openSearchIndex(endpoint: string): {
  readonly index: OpensearchSearchIndex;
  /** Makes the index when there is none yet. */
  readonly prepare: () => Promise<void>;
} {
  const requests = openRequests(endpoint, { requestMsMax: BATCH_MS_MAX });
  return {
    index: new OpensearchSearchIndex({ requests, endpoint }),
    prepare: () => prepareIndex({ requests, endpoint }),
  };
}

function openRequests(endpoint: string, limits: Pick<AwsRequestOptions, 'requestMsMax' | 'triesMax'>): AwsRequests {
  return new AwsRequests({
    ...limits,
    signingName: signingNameOf(engineAt(endpoint)),
    connection: processConnection('OPENSEARCH'),
  });
}
