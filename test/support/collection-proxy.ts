import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An engine behind the interface of a serverless collection. */
export interface CollectionProxy {
  readonly url: string;
  /** Requests that a collection does not take, in their order. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

/** What a collection is asked of all that it takes. Source: Amazon OpenSearch Service Developer Guide, "Supported operations and plugins in Amazon OpenSearch Serverless". */
const TAKEN: readonly RegExp[] = [
  /^(?:PUT|HEAD|DELETE) \/[\w-]+$/,
  /^GET \/_alias$/,
  /^HEAD \/_alias\/[\w-]+$/,
  /^POST \/_aliases$/,
  /^PUT \/[\w-]+\/_mapping$/,
  /^POST \/[\w-]+\/_bulk$/,
  /^POST \/[\w-]+\/_search$/,
];
/** It places documents and counts their versions by itself. */
const BODY_REFUSED = /"(?:_?routing|version_type)":|"index\.(?:refresh_interval|gc_deletes)":/;

/** Hands over to a real engine what a collection takes, and refuses the rest as a collection does. */
export async function openCollectionProxy(engineUrl: string): Promise<CollectionProxy> {
  const refused: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const asked = `${request.method ?? ''} ${request.url ?? ''}`;
      // The parameters of an address, such as routing, are no part of what is taken.
      const isTaken = TAKEN.some((pattern) => pattern.test(asked)) && !BODY_REFUSED.test(actionsOf(asked, body));
      if (!isTaken) {
        refused.push(asked);
        response.writeHead(404).end();
        return;
      }
      const type = request.headers['content-type'];
      const answer = await fetch(engineUrl + (request.url ?? ''), {
        method: request.method ?? 'GET',
        ...(type === undefined ? {} : { headers: { 'content-type': type } }),
        ...(body === '' ? {} : { body }),
      });
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails before it closes it ends all the same.
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** Of documents only what is to be done with them: what stands in them is anybody's. */
function actionsOf(asked: string, body: string): string {
  if (!asked.endsWith('/_bulk')) return body;
  return body
    .split('\n')
    .filter((line) => /^\{"(?:index|delete)":\{"_id"/.test(line))
    .join('\n');
}
