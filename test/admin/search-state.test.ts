import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { describeDomain } from '../../admin/describe-domain.ts';
import { describeSearchState, type EngineState, type SearchState } from '../../admin/search-state.ts';
import { generationName, INDEX_VERSION } from '../../lambdas/search/index-definition.ts';

const GIB = 2 ** 30;
const engine: EngineState = {
  status: 'green',
  version: '2.19.4',
  nodes: 3,
  leftBytes: 80 * GIB,
  totalBytes: 100 * GIB,
};
const serving = { name: generationName(7), definition: INDEX_VERSION, number: 7, isServing: true };
const healthy: SearchState = {
  engine,
  domain: { version: 'OpenSearch_2.19', isChanging: false, hasUpdate: false },
  indices: [serving],
  documents: 1234,
  queues: [
    { name: 'tasks of the index', waiting: 5, aside: 0 },
    { name: 'contents to be read', waiting: 0, aside: 0 },
  ],
};

describe('how the search index is', () => {
  test('is told in a few lines, of which none is wrong where nothing is', () => {
    expect(describeSearchState(healthy)).toEqual({
      lines: [
        'engine: green, OpenSearch 2.19.4, nodes: 3, 80.0 of 100.0 GiB left',
        'domain: OpenSearch_2.19',
        `index: ${serving.name}, 1234 documents`,
        'tasks of the index: 5 waiting, 0 put aside',
        'contents to be read: 0 waiting, 0 put aside',
      ],
      wrong: [],
    });
  });

  test.each<readonly [string, Partial<SearchState>, readonly RegExp[]]>([
    ['an engine that is away', { engine: 'away', indices: [] }, [/does not answer/]],
    ['documents that are away', { engine: { ...engine, status: 'red' } }, [/red/]],
    ['copies that are missing', { engine: { ...engine, status: 'yellow' } }, [/yellow/]],
    ['one node, which can have no copies', { engine: { ...engine, status: 'yellow', nodes: 1 } }, []],
    ['storage that is nearly used up', { engine: { ...engine, leftBytes: 19 * GIB } }, [/Storage/]],
    ['newer software', { domain: { version: 'x', isChanging: true, hasUpdate: true } }, [/newer software/]],
    ['no index', { indices: [] }, [/--force/]],
    ['an index of another definition', { indices: [{ ...serving, definition: 0 }] }, [/another definition/]],
    ['a rebuild that is not done', { indices: [serving, { ...serving, isServing: false, number: 8 }] }, [/not done/]],
    ['what was put aside', { queues: [{ name: 'contents to be read', waiting: 0, aside: 2 }] }, [/2 messages/]],
    ['a collection, which tells nothing of itself', { engine: undefined, domain: undefined }, []],
  ])('%s', (_, change, expected) => {
    const { wrong } = describeSearchState({ ...healthy, ...change });
    expect(wrong).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});

describe('what AWS says of a domain', () => {
  const ask = async (status: number, answer: object) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = async () => ({ accessKeyId: 'key', secretAccessKey: 'secret' });
    try {
      const state = await describeDomain({ region: 'eu-central-1', endpoint, credentials }, 'syncline');
      return { state, asked };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  test('is its version, whether it is being changed, and whether there is an update', async () => {
    const { state, asked } = await ask(200, {
      DomainStatus: {
        EngineVersion: 'OpenSearch_2.19',
        Processing: true,
        ServiceSoftwareOptions: { UpdateAvailable: true },
      },
    });
    expect(state).toEqual({ version: 'OpenSearch_2.19', isChanging: true, hasUpdate: true });
    expect(asked).toEqual([
      expect.stringMatching(/^GET \/2021-01-01\/opensearch\/domain\/syncline .*eu-central-1\/es/),
    ]);
  });

  test('is not told to whoever has no right to it', async () => {
    await expect(ask(403, { message: 'no' })).rejects.toThrow('AWS does not describe the domain syncline');
  });
});
