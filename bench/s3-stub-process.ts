import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import { listen } from './http-api.ts';
import { LinkRate } from './link-rate.ts';
import {
  IncomingObject,
  type PutPromise,
  type PutRefusal,
  type S3Object,
  S3Objects,
  sliceParts,
} from './s3-objects.ts';
import type { S3Requests, S3StubMessage, S3StubOptions } from './s3-stub.ts';

/** Started by s3-stub.ts: serves objects in memory, and tells its address. */
const objects = new S3Objects();
const { linkMbit } = JSON.parse(process.argv[2] ?? '{}') as S3StubOptions;
const [linkUp, linkDown] = linkMbit === undefined ? [] : [new LinkRate(linkMbit), new LinkRate(linkMbit)];
let counts: Record<string, number> = {};
let storedBytes = 0;
let fetchedBytes = 0;

const server = createServer((incoming, outgoing) => {
  answer(incoming, outgoing).catch((failure: unknown) => {
    outgoing.writeHead(500).end(errorBody('InternalError', String(failure)));
  });
});
// Who keeps a connection decides when it ends.
server.keepAliveTimeout = 0;
process.once('disconnect', () => process.exit());
process.on('message', (message: S3StubMessage) => {
  if (message === 'clear') objects.clear();
  process.send?.({ counts, storedBytes, fetchedBytes } satisfies S3Requests);
  [counts, storedBytes, fetchedBytes] = [{}, 0, 0];
});
process.send?.(await listen(server));

/** Lets every page in, as the bucket's own rules let in that of the app. A browser asks once for each address before it sends there. */
const ANY_ORIGIN = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, PUT',
  'access-control-allow-headers': '*',
  'access-control-expose-headers': '*',
} as const;

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(ANY_ORIGIN)) outgoing.setHeader(name, value);
  if (incoming.method === 'OPTIONS') {
    outgoing.writeHead(200).end();
    return;
  }
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const path = decodeURIComponent(url.pathname.slice(1));
  const slash = path.indexOf('/');
  const isObject = slash > 0 && slash < path.length - 1;
  const kind = isObject ? (incoming.method ?? '') : 'LIST';
  counts[kind] = (counts[kind] ?? 0) + 1;
  if (!isObject) return answerBucket({ incoming, outgoing, url }, path.replace(/\/$/, ''));
  switch (incoming.method) {
    case 'PUT':
      return putObject(incoming, outgoing, path);
    case 'GET':
    case 'HEAD':
      return sendObject(incoming, outgoing, objects.get(path));
    case 'DELETE':
      objects.delete(path);
      outgoing.writeHead(204).end();
      return;
    case undefined:
    default:
      outgoing.writeHead(501).end(errorBody('NotImplemented', `${incoming.method} of an object`));
  }
}

async function putObject(incoming: IncomingMessage, outgoing: ServerResponse, path: string): Promise<void> {
  const isFramed = String(incoming.headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  const length = incoming.headers[isFramed ? 'x-amz-decoded-content-length' : 'content-length'];
  const promise: PutPromise = {
    sha256: textOf(incoming.headers['x-amz-checksum-sha256']),
    md5: textOf(incoming.headers['content-md5']),
    sizeBytes: length === undefined ? undefined : Number(length),
    isNew: incoming.headers['if-none-match'] === '*',
  };
  const body = new IncomingObject(promise);
  const decoder = isFramed ? new AwsChunkedDecoder() : undefined;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    await linkUp?.carry(part.length);
    for (const bytes of decoder?.push(part) ?? [part]) body.push(bytes);
  }
  const outcome = objects.put(path, promise, body.end(metadataOf(incoming)));
  if (typeof outcome === 'string') {
    outgoing.writeHead(STATUS_OF[outcome]).end(errorBody(outcome, path));
    return;
  }
  storedBytes += outcome.sizeBytes;
  outgoing.writeHead(200, describeObject(outcome)).end();
}

const STATUS_OF = { BadDigest: 400, IncompleteBody: 400, PreconditionFailed: 412 } as const satisfies Readonly<
  Record<PutRefusal, number>
>;

async function sendObject(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  object: S3Object | undefined,
): Promise<void> {
  if (object === undefined) {
    outgoing.writeHead(404).end(incoming.method === 'HEAD' ? undefined : errorBody('NoSuchKey', incoming.url ?? ''));
    return;
  }
  const { sizeBytes, parts } = object;
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(incoming.headers.range ?? '') ?? [];
  const first = from === undefined ? 0 : Number(from);
  const last = Math.min(sizeBytes - 1, to === undefined || to === '' ? sizeBytes - 1 : Number(to));
  const headers = { ...describeObject(object), 'content-length': String(Math.max(0, last + 1 - first)) };
  if (from !== undefined && first >= sizeBytes) {
    outgoing.writeHead(416).end(errorBody('InvalidRange', incoming.url ?? ''));
    return;
  }
  const range = { 'content-range': `bytes ${first}-${last}/${sizeBytes}` };
  outgoing.writeHead(from === undefined ? 200 : 206, from === undefined ? headers : { ...headers, ...range });
  if (incoming.method === 'GET') {
    fetchedBytes += last + 1 - first;
    for (const part of sliceParts(parts, first, last)) {
      await linkDown?.carry(part.length);
      outgoing.write(part);
    }
  }
  outgoing.end();
}

function describeObject({ etag, modified, sha256, metadata }: S3Object): Record<string, string> {
  return {
    etag: `"${etag}"`,
    'last-modified': modified.toUTCString(),
    'accept-ranges': 'bytes',
    ...(sha256 === undefined ? {} : { 'x-amz-checksum-sha256': sha256 }),
    ...metadata,
  };
}

function metadataOf(incoming: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(incoming.headers).flatMap(([name, value]) =>
      name.startsWith('x-amz-meta-') || name === 'content-type' ? [[name, String(value)]] : [],
    ),
  );
}

interface BucketRequest {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly url: URL;
}

function answerBucket({ incoming, outgoing, url }: BucketRequest, bucket: string): void {
  if (incoming.method !== 'GET') {
    // Making one, or asking whether it is there.
    outgoing.writeHead(200).end();
    return;
  }
  outgoing.writeHead(200, { 'content-type': 'application/xml' });
  if (url.searchParams.has('location')) {
    outgoing.end(`${XML}<LocationConstraint>us-east-1</LocationConstraint>`);
    return;
  }
  const [prefix, delimiter] = [url.searchParams.get('prefix') ?? '', url.searchParams.get('delimiter') ?? ''];
  const { objects: found, prefixes } = objects.list(bucket, { prefix, delimiter });
  const contents = found.map(
    ([key, { etag, sizeBytes, modified }]) =>
      `<Contents><Key>${escapeXml(key)}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>"${etag}"</ETag>` +
      `<Size>${sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const common = prefixes.map((one) => `<CommonPrefixes><Prefix>${escapeXml(one)}</Prefix></CommonPrefixes>`);
  // All of it in one page, whatever the client has asked for: neither client minds.
  outgoing.end(
    `${XML}<ListBucketResult><Name>${escapeXml(bucket)}</Name><Prefix>${escapeXml(prefix)}</Prefix>` +
      `<KeyCount>${found.length}</KeyCount><IsTruncated>false</IsTruncated>${contents.join('')}${common.join('')}</ListBucketResult>`,
  );
}

const XML = '<?xml version="1.0" encoding="UTF-8"?>';

function errorBody(code: string, message: string): string {
  return `${XML}<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
}

function escapeXml(text: string): string {
  return text.replaceAll(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function textOf(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header);
}
