import { assert } from '@syncline/protocol';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { engineAt } from './engine-kind.ts';
import { definitionFor, INDEX_VERSION, indexDefinition, READ_ALIAS, WRITE_ALIAS } from './index-definition.ts';
import type { OpensearchOptions } from './opensearch-search-index.ts';

/**
 * Makes the index with its aliases when there is none yet. Idempotent; of several that do so at once one makes it.
 * @throws UnavailableError when the engine does not let it.
 */
export async function prepareIndex(options: OpensearchOptions): Promise<void> {
  const { requests, endpoint, engine = engineAt(endpoint) } = options;
  const name = `${READ_ALIAS}-v${INDEX_VERSION}-1`;
  const url = new URL(`${endpoint.replace(/\/$/, '')}/${name}`);
  const alias = await requests.send({ method: 'HEAD', url: new URL(`/_alias/${READ_ALIAS}`, url) });
  if (alias.status === 200) return addFields(requests, url);
  const body = Buffer.from(
    JSON.stringify({
      ...definitionFor(engine),
      aliases: { [READ_ALIAS]: {}, [WRITE_ALIAS]: { is_write_index: true } },
    }),
  );
  const answer = await requests.send({ method: 'PUT', url, headers: { 'content-type': 'application/json' }, body });
  if (answer.status === 200) return;
  const text = answer.body.toString('utf8');
  if (text.includes('resource_already_exists_exception')) return;
  if (answer.status === 403) throw new UnavailableError('the search engine refuses to make the index');
  assert(false, `OpenSearch does not take the definition of the index: ${answer.status} ${text.slice(0, 1000)}`);
}

/** Gives the index that serves the fields that it lacks; those that it has stay as they are. */
async function addFields(requests: OpensearchOptions['requests'], url: URL): Promise<void> {
  const { properties } = indexDefinition.mappings;
  const { status } = await requests.send({
    method: 'PUT',
    url: new URL(`/${WRITE_ALIAS}/_mapping`, url),
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ properties })),
  });
  if (status === 403) throw new UnavailableError('the search engine refuses to add fields to the index');
  assert(status === 200, `OpenSearch does not take new fields of the index: ${status}`);
}
