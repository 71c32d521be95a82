import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type SearchEngine, startSearchEngine } from '../../emulator/search-engine.ts';

/** Where the switch of the shared search engine listens. */
export const SWITCH_VARIABLE = 'SYNCLINE_TEST_ENGINE_SWITCH';

export interface EngineSwitch {
  readonly url: string;
  /** Stops the engine that runs, if one does, and listens no more. */
  close(): Promise<void>;
}

/** Lets tests stop a search engine, and start it again where it was with all that it had. The process that opened it is who runs it. */
export async function openEngineSwitch(first: SearchEngine): Promise<EngineSwitch> {
  const { endpoint, logFile } = first;
  const installation = await homeOf(endpoint);
  let running: SearchEngine | undefined = first;
  const turn = async (command: string | undefined): Promise<void> => {
    if (command === '/off') {
      await running?.stop();
      running = undefined;
    } else {
      running ??= await startSearchEngine({ installation, dataDir: path.dirname(logFile), before: endpoint });
    }
  };
  const server = createServer((request, response) => {
    turn(request.url).then(
      () => response.end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await turn('/off');
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Stops or starts the search engine that all tests share. @throws Error when that did not work. */
export async function turnSearchEngine(command: 'on' | 'off'): Promise<void> {
  const url = process.env[SWITCH_VARIABLE];
  if (url === undefined)
    throw new Error('these tests need OpenSearch, which the local stack starts where there is Java');
  const answer = await fetch(`${url}/${command}`, { method: 'POST' });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Where the engine was installed, as it says itself. */
async function homeOf(endpoint: string): Promise<string> {
  const answer = await fetch(`${endpoint}/_nodes/_local/settings`);
  const { nodes } = (await answer.json()) as {
    readonly nodes: Readonly<Record<string, { readonly settings: { readonly path: { readonly home: string } } }>>;
  };
  const [node] = Object.values(nodes);
  if (node === undefined) throw new Error('an engine is a node');
  return node.settings.path.home;
}
