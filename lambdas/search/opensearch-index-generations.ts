import { assert } from '@syncline/protocol';
import type { AwsRequests } from '../runtime/aws-requests.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { type EngineKind, engineAt } from './engine-kind.ts';
import { definitionFor, generationNamed, indexDefinition, READ_ALIAS, WRITE_ALIAS } from './index-definition.ts';
import type { IndexGeneration, IndexGenerations } from './index-generations.ts';
import { type OpensearchOptions, OpensearchSearchIndex } from './opensearch-search-index.ts';

/** Indices behind the two aliases of index-definition.ts. Needs rights to make and remove indices, which functions do not have. */
export class OpensearchIndexGenerations implements IndexGenerations {
  readonly #options: OpensearchOptions;
  readonly #requests: AwsRequests;
  readonly #base: string;
  readonly #engine: EngineKind;

  constructor(options: OpensearchOptions) {
    this.#options = options;
    this.#requests = options.requests;
    this.#base = options.endpoint.replace(/\/$/, '');
    this.#engine = options.engine ?? engineAt(options.endpoint);
  }

  async list(): Promise<readonly IndexGeneration[]> {
    const place = this.#engine === 'serverless' ? '/_alias' : `/${READ_ALIAS}-*/_alias`;
    const answer = (await this.#send('GET', place)) as Readonly<Record<string, Aliases>>;
    return Object.entries(answer)
      .flatMap(([name, { aliases }]) => {
        const generation = generationNamed(name);
        return generation === undefined ? [] : { ...generation, isServing: READ_ALIAS in aliases };
      })
      .toSorted((left, right) => left.number - right.number);
  }

  async make(name: string): Promise<void> {
    const { settings, mappings } = definitionFor(this.#engine);
    // Nobody searches it yet, so it need not be seen every second, which makes the most of what it writes.
    const hidden = this.#engine === 'serverless' ? settings : { ...settings, 'index.refresh_interval': '-1' };
    await this.#send('PUT', `/${name}`, { settings: hidden, mappings });
  }

  async serve(name: string): Promise<void> {
    if (this.#engine === 'domain') {
      await this.#send('PUT', `/${name}/_settings`, {
        'index.refresh_interval': indexDefinition.settings['index.refresh_interval'],
      });
    }
    await this.open(name).showAll();
    const others = (await this.list()).filter((one) => one.isServing && one.name !== name);
    const actions = [
      ...others.flatMap(({ name: index }) => [
        { remove: { index, alias: READ_ALIAS } },
        { remove: { index, alias: WRITE_ALIAS } },
      ]),
      { add: { index: name, alias: READ_ALIAS } },
      { add: { index: name, alias: WRITE_ALIAS, is_write_index: true } },
    ];
    await this.#send('POST', '/_aliases', { actions });
  }

  async remove(name: string): Promise<void> {
    assert(generationNamed(name) !== undefined, 'only an index of ours is removed');
    await this.#send('DELETE', `/${name}?ignore_unavailable=true`);
  }

  open(name: string): OpensearchSearchIndex {
    return new OpensearchSearchIndex({ ...this.#options, readName: name, writeName: name });
  }

  async #send(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, content?: unknown): Promise<unknown> {
    const answer = await this.#requests.send({
      method,
      url: new URL(this.#base + path),
      ...(content === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(content)) }),
    });
    const text = answer.body.toString('utf8');
    if (answer.status === 200) return JSON.parse(text);
    if (answer.status === 403) {
      throw new UnavailableError(`the search engine refuses ${method} ${path}: it needs rights to es:ESHttp${method}`);
    }
    assert(false, `OpenSearch answers ${method} ${path} with ${answer.status}: ${text.slice(0, 1000)}`);
  }
}

interface Aliases {
  readonly aliases: Readonly<Record<string, unknown>>;
}
