import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiHeaders, type PeerOrigins, siteHeaders } from '@syncline/web/response-headers';
import { routeRequest } from '@syncline/web/viewer-request';
import { createApiProxy } from './api-proxy.ts';
import { StartProblem } from './start-problem.ts';
import { readStaticSite } from './static-site.ts';

export interface FrontServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** The built web app. */
  readonly siteDir: string;
  /** Base URL of the HTTP API, without a slash at its end. */
  readonly apiUrl: string;
  readonly peers: PeerOrigins;
}

/** One origin for the web app and its API, as CloudFront is in AWS. */
export interface FrontServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** Idempotent. Ends open connections. */
  stop(): Promise<void>;
}

/** @throws StartProblem when the port is taken. */
export async function startFrontServer({ port, siteDir, apiUrl, peers }: FrontServerOptions): Promise<FrontServer> {
  const site = await readStaticSite(siteDir, siteHeaders(peers));
  const proxy = createApiProxy({ apiUrl, headers: apiHeaders(peers) });
  const server = createServer((request, response) => {
    const [path = '/', ...query] = (request.url ?? '/').split('?');
    const route = routeRequest({ path, hasQuery: query.length > 0, accept: request.headers.accept ?? '' });
    if (route.kind === 'api') proxy.forward(request, response);
    else if (route.kind === 'file') site.answer(route.file, request, response);
    else response.writeHead(302, { location: route.location, 'cache-control': 'no-store' }).end();
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      proxy.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  try {
    await promise;
  } catch (cause) {
    throw new StartProblem({
      what: `Port ${port} for the web app is taken by another program.`,
      remedy: `Stop that program, or choose another port: npm start -- --web-port ${port + 1}`,
      cause,
    });
  }
}
