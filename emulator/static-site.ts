import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { cacheControl, contentType, type Headers } from '@syncline/web/response-headers';

/** The files of a built web app, ready to be handed out. */
export interface StaticSite {
  /** @param name Path of the file in the site. */
  answer(name: string, request: IncomingMessage, response: ServerResponse): void;
}

interface SiteFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
}

/** Reads a site into memory: only what was there is ever answered, whatever a path says. */
export async function readStaticSite(directory: string, headers: Headers): Promise<StaticSite> {
  const files = await readFiles(directory);
  return {
    answer: (name, request, response) => {
      for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405, { allow: 'GET, HEAD' }).end();
        return;
      }
      const file = files.get(name);
      if (file === undefined) {
        response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is no such file.\n');
        return;
      }
      response.setHeader('etag', file.etag).setHeader('cache-control', cacheControl(name));
      if (request.headers['if-none-match'] === file.etag) {
        response.writeHead(304).end();
        return;
      }
      response.writeHead(200, { 'content-type': file.type, 'content-length': file.bytes.length });
      response.end(request.method === 'HEAD' ? undefined : file.bytes);
    },
  };
}

async function readFiles(directory: string): Promise<ReadonlyMap<string, SiteFile>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = new Map<string, SiteFile>();
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const place = path.join(entry.parentPath, entry.name);
    const name = `/${path.relative(directory, place).replaceAll(path.sep, '/')}`;
    const bytes = await readFile(place);
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 32)}"`;
    files.set(name, { bytes, type: contentType(name), etag });
  }
  return files;
}
