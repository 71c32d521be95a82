import { createServer } from 'node:http';
import { connect } from 'node:net';
import { apiHeaders, siteHeaders } from '@syncline/web/response-headers';
import { routeRequest } from '@syncline/web/viewer-request';
import { build } from 'esbuild';
import { createApiProxy } from '../../emulator/api-proxy.ts';
import { localDir } from '../../emulator/local-stack.ts';
import { readStaticSite } from '../../emulator/static-site.ts';
import { buildWebApp } from '../../emulator/web-build.ts';
import { freePort } from '../free-port.ts';
import { startMemoryService } from '../memory-service.ts';
import type { S3Stub } from '../s3-stub.ts';

/** The built web app with the real handlers over memory stores behind one origin, and a store beside it. */
export interface WebOrigin {
  readonly url: string;
  stop(): void;
}

const PROJECT = new URL('../..', import.meta.url).pathname;
const MODULES = ['probe', 'hashing-worker', 'reading-worker'];

/** Files of the app are answered as the front server of the local stack answers them, with the same policy. */
export async function openWebOrigin(stub: S3Stub, log: (line: string) => void): Promise<WebOrigin> {
  const [port, servicePort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const objects = { url: stub.url, publicUrl: stub.url };
  const service = await startMemoryService({ port: servicePort, publicUrl: url, objects });
  const peers = { contents: stub.url, userPool: url, socket: url.replace(/^http/, 'ws'), hasTls: false };
  const site = await readStaticSite(await buildWebApp({ projectDir: PROJECT, localDir, log }), siteHeaders(peers));
  const modules = await buildModules();
  const proxy = createApiProxy({ apiUrl: `http://127.0.0.1:${servicePort}`, headers: apiHeaders(peers) });
  const server = createServer((request, response) => {
    const [path = '/', ...query] = (request.url ?? '/').split('?');
    const module = modules.get(path);
    if (module !== undefined) {
      response.writeHead(200, { 'content-type': 'text/javascript', ...siteHeaders(peers) }).end(module);
      return;
    }
    const route = routeRequest({ path, hasQuery: query.length > 0, accept: request.headers.accept ?? '' });
    if (route.kind === 'api' || path.startsWith('/user-pool')) proxy.forward(request, response);
    else site.answer(route.kind === 'file' ? route.file : path, request, response);
  });
  server.on('upgrade', ({ method, url: path, rawHeaders }, stream, head) => {
    const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
    const upstream = connect(servicePort, '127.0.0.1');
    upstream.write(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    for (const [one, other] of [[stream, upstream] as const, [upstream, stream] as const]) {
      one.pipe(other);
      one.once('error', () => other.destroy());
      one.once('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  return {
    url,
    stop: () => {
      proxy.close();
      server.closeAllConnections();
      server.close();
      service.stop();
    },
  };
}

/** What measures from inside of the page, by the address below the app's own. */
async function buildModules(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: MODULES.map((name) => `bench/browser/page/${name}.ts`),
    absWorkingDir: PROJECT,
    outdir: 'bench',
    bundle: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['browser'],
    write: false,
  });
  return new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf('/bench/')), text]));
}
