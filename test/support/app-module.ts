import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { webUrl } from './browser.ts';

/** The web app's origin with modules of its source beside it, so that a story can use them without the pages around them. */
export interface ModuleServer {
  /** Origin that serves the app, its API, and the modules below `/test/`, all under the app's own policy. */
  readonly url: string;
  close(): Promise<void>;
}

/** A worker is loaded by its address beside the module that starts it, so it has to be among `sources` too. */
export async function serveModules(sources: readonly string[]): Promise<ModuleServer> {
  const { outputFiles } = await build({
    entryPoints: [...sources],
    outdir: 'test',
    outbase: '.',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['browser'],
    write: false,
  });
  const files = new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf('/test/')), text]));
  const { headers } = await fetch(webUrl());
  const policy = headers.get('content-security-policy') ?? '';
  const server = createServer((request, response) => {
    const module = files.get((request.url ?? '').replace(/\.ts$/, '.js'));
    if (module === undefined) void forward(request, response);
    else response.writeHead(200, { 'content-type': 'text/javascript', 'content-security-policy': policy }).end(module);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
  const answer = await fetch(webUrl() + (request.url ?? '/'), {
    method: request.method ?? 'GET',
    headers: headers as Record<string, string>,
    ...(body.length === 0 ? {} : { body }),
    redirect: 'manual',
  });
  const kept = [...answer.headers].filter(
    ([name]) => !['content-encoding', 'content-length', 'transfer-encoding'].includes(name),
  );
  response.writeHead(answer.status, Object.fromEntries(kept)).end(Buffer.from(await answer.arrayBuffer()));
}

async function readBody(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
