/**
 * A small real HTTP server that plays the gateway and the chunk store for the tests of the SDK and the transfers, with faults
 * on demand. It knows uploads and content only: commits, journals and accounts are tested against the deployed service.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CheckChunksRequest,
  type ChunkRef,
  ERRORS,
  type ErrorCode,
  encodeUlid,
  InitiateUploadsRequest,
  type UploadFile,
} from '@syncline/protocol';

export interface LoopbackRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/**
 * `cut` drops the connection unheard; `cut-after` does the work and drops the answer; `hang` never answers; otherwise a status with a body is
 * answered, or the right answer with `damage` done to its body.
 */
export type Fault =
  | 'cut'
  | 'cut-after'
  | 'hang'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | { readonly damage: (body: Buffer) => Buffer };

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
}

interface OpenUpload {
  readonly file: UploadFile;
  readonly challenges: Map<string, string>;
}

export class LoopbackService {
  /** Decides before each request whether something goes wrong with it. */
  fault: (request: LoopbackRequest) => Fault | undefined = () => undefined;
  /** Most chunks named in one answer. */
  answerChunksMax = 500;
  /** Chunks on one page of content. */
  pageChunksMax = 500;
  readonly requests: LoopbackRequest[] = [];
  readonly stored = new Map<string, Buffer>();
  readonly held = new Set<string>();
  readonly uploads = new Map<string, OpenUpload>();
  readonly #contents = new Map<string, { readonly chunks: readonly ChunkRef[]; readonly contentHash: string }>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #urls = 0;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests so far, as `METHOD /path` without ids and queries. */
  calls(): readonly string[] {
    return this.requests.map(({ method, url }) => {
      const path = url.split('?')[0] ?? '';
      return `${method} ${path.replaceAll(/[0-9A-Z]{26}/g, '{id}').replace(/[0-9a-f]{64}/, '{hash}')}`;
    });
  }

  /** Stores bytes as a chunk that somebody else uploaded. */
  plant(bytes: Uint8Array): ChunkRef {
    const hash = sha256(bytes);
    this.stored.set(hash, Buffer.from(bytes));
    return { hash, size: bytes.length } as ChunkRef;
  }

  /** Publishes content under a node id. */
  publish(nodeId: string, chunks: readonly ChunkRef[], contentHash: string): void {
    this.#contents.set(nodeId, { chunks, contentHash });
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    try {
      for await (const part of incoming) parts.push(part as Buffer);
    } catch {
      return;
    }
    const request: LoopbackRequest = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(parts),
    };
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault === 'hang') return;
    if (fault === 'cut') {
      response.destroy();
      return;
    }
    const planned = fault !== undefined && typeof fault === 'object' && 'status' in fault ? fault : undefined;
    const answer = planned ?? this.#answer(request);
    if (fault === 'cut-after') {
      response.destroy();
      return;
    }
    let body = Buffer.from(answer.body ?? '');
    if (fault !== undefined && typeof fault === 'object' && 'damage' in fault) body = Buffer.from(fault.damage(body));
    response.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) });
    response.end(body);
  }

  #answer(request: LoopbackRequest): Answer {
    const url = new URL(request.url, this.baseUrl);
    const [, first, second, third, last] = url.pathname.split('/');
    if (first === 'store') return this.#store(request, second ?? '');
    if (url.pathname === '/v1/uploads') return this.#initiate(request);
    if (second === 'uploads' && last === 'chunks') return this.#check(third ?? '', request);
    if (second === 'nodes' && last === 'content') return this.#content(third ?? '', url);
    return problem('not_found');
  }

  #store(request: LoopbackRequest, hash: string): Answer {
    const bytes = this.stored.get(hash);
    if (request.method === 'GET') {
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
      if (bytes === undefined) return { status: 404 };
      if (range === null) return { status: 200, body: bytes };
      return { status: 206, body: bytes.subarray(Number(range[1]), Number(range[2]) + 1) };
    }
    const signed = `${hash} ${request.body.length}`;
    if (request.headers['x-signed'] !== signed) return { status: 403 };
    if (bytes !== undefined) return { status: 412 };
    if (sha256(request.body) !== hash) return { status: 400, body: '<Error><Code>BadDigest</Code></Error>' };
    this.stored.set(hash, request.body);
    return { status: 200 };
  }

  #initiate(request: LoopbackRequest): Answer {
    const { files } = InitiateUploadsRequest.parse(JSON.parse(request.body.toString()));
    const uploads = files.map((file) => {
      const uploadId = encodeUlid(randomBytes(16));
      const upload: OpenUpload = { file, challenges: new Map() };
      this.uploads.set(uploadId, upload);
      const hashes = [...new Set(file.chunks.map((chunk) => chunk.hash as string))];
      const named = this.#name(upload, hashes);
      const rest = hashes.filter((hash) => !this.held.has(hash)).length - named.missing.length - named.prove.length;
      return {
        uploadId,
        expiresAt: '2099-01-01T00:00:00.000Z',
        missing: named.missing,
        prove: named.prove,
        more: rest > 0,
      };
    });
    return json({ uploads });
  }

  #check(uploadId: string, request: LoopbackRequest): Answer {
    const upload = this.uploads.get(uploadId);
    if (upload === undefined) return problem('upload_expired');
    const body = CheckChunksRequest.parse(JSON.parse(request.body.toString()));
    const own = new Set(upload.file.chunks.map((chunk) => chunk.hash as string));
    const asked = [...(body.hashes ?? []), ...(body.stored ?? []), ...(body.proofs ?? []).map(({ hash }) => hash)];
    if (asked.some((hash) => !own.has(hash))) return problem('invalid_request');
    for (const { hash, proof } of body.proofs ?? []) {
      const key = Buffer.from(upload.challenges.get(hash) ?? '', 'hex');
      const bytes = this.stored.get(hash) ?? Buffer.alloc(0);
      if (createHmac('sha256', key).update(bytes).digest('hex') === proof) this.held.add(hash);
    }
    for (const hash of body.stored ?? []) {
      // What this session was never asked to prove is its own upload.
      if (!this.stored.has(hash) || this.foreign.has(hash)) continue;
      this.held.add(hash);
      this.unreported.delete(hash);
    }
    return json({ ...this.#name(upload, asked), progress: { storedBytes: 0, totalBytes: upload.file.size } });
  }

  /** Chunks that another account stored while an upload was under way. */
  readonly foreign = new Set<string>();
  /** Chunks that stand in the store, and of which the service was not told. */
  readonly unreported = new Set<string>();

  #name(upload: OpenUpload, hashes: readonly string[]) {
    const held = hashes.filter((hash) => this.held.has(hash));
    const asked = hashes.filter((hash) => !this.held.has(hash)).slice(0, this.answerChunksMax);
    const missing = asked
      .filter((hash) => !this.stored.has(hash) || this.unreported.has(hash))
      .map((hash) => ({ hash, put: this.#signedPut(upload, hash) }));
    const prove = asked
      .filter((hash) => this.stored.has(hash) && !this.unreported.has(hash))
      .map((hash) => {
        const challenge = upload.challenges.get(hash) ?? randomBytes(32).toString('hex');
        upload.challenges.set(hash, challenge);
        return { hash, challenge };
      });
    return { missing, prove, held };
  }

  /** As the store's signatures: for one hash and one length. */
  #signedPut(upload: OpenUpload, hash: string) {
    const size = upload.file.chunks.find((chunk) => chunk.hash === hash)?.size;
    this.#urls += 1;
    return {
      url: `${this.baseUrl}/store/${hash}?n=${this.#urls}`,
      headers: { 'x-signed': `${hash} ${size}`, 'if-none-match': '*' },
    };
  }

  #content(nodeId: string, url: URL): Answer {
    const content = this.#contents.get(nodeId);
    if (content === undefined) return problem('not_found');
    const from = Number(url.searchParams.get('page') ?? 0);
    const to = from + this.pageChunksMax;
    this.#urls += 1;
    return json({
      rev: 3,
      size: content.chunks.reduce((sum, chunk) => sum + chunk.size, 0),
      contentHash: content.contentHash,
      chunking: 'fixed-4m',
      chunks: content.chunks
        .slice(from, to)
        .map(({ hash, size }) => ({ hash, size, url: `${this.baseUrl}/store/${hash}?n=${this.#urls}` })),
      expiresAt: '2099-01-01T00:00:00.000Z',
      ...(to < content.chunks.length ? { nextPage: String(to) } : {}),
    });
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function json(body: unknown): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function problem(code: ErrorCode, details: object = {}): { status: number; body: string } {
  const { status, remedy } = ERRORS[code];
  const body = { type: 'about:blank', title: code, status, code, remedy, detail: code, requestId: 'r', ...details };
  return { status, body: JSON.stringify(body) };
}
