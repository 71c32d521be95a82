import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type {
  DynamodbAction,
  DynamodbRequests,
  Projection,
  TransactWriteItem,
} from '../../lambdas/runtime/dynamodb-api.ts';
import {
  ConditionalCheckFailedException,
  DynamodbRefusal,
  TransactionCanceledException,
} from '../../lambdas/runtime/dynamodb-failure.ts';
import { MemoryDynamodb } from '../../lambdas/runtime/memory-dynamodb.ts';

/** A request to a service of AWS, and whose credentials have signed it. */
interface Call {
  readonly role: string;
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AwsStandInOptions {
  /** What each role may do: lines `action resource`, of which a resource may end in a wildcard. */
  readonly allowed: ReadonlyMap<string, readonly string[]>;
  /** Of which tables each role may name some attributes alone: by the resource. */
  readonly attributes?: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

/** The deployment's secret. */
export const SECRET = 'a secret that is long enough for a test';

/** Connections that are gone. */
export const GONE_CONNECTION = 'gone';

/**
 * What the functions call of AWS, in this process: tables, a bucket, the secret, queues and connections. Whoever calls is known by the access key
 * that signed the request or the URL, as in AWS, and is refused what its role does not allow. Signatures are not checked.
 */
export class AwsStandIn {
  readonly tables = new MemoryDynamodb();
  /** All that was called, by role. */
  readonly called = new Map<string, Set<string>>();
  /** Calls that were refused: `role action resource`. */
  readonly refused = new Set<string>();
  readonly objects = new Map<string, StoredObject>();
  readonly #options: AwsStandInOptions;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(options: AwsStandInOptions) {
    this.#options = options;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const url = new URL(request.url ?? '/', 'http://aws.test');
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, text]) => [name, String(text)]));
    const credential =
      url.searchParams.get('X-Amz-Credential') ?? /Credential=([^,]+)/.exec(headers['authorization'] ?? '')?.[1];
    const role = credential?.split('/')[0] ?? 'nobody';
    const answer = await this.#answer({ role, method: request.method ?? '', url, headers, body: Buffer.concat(parts) });
    response.writeHead(answer.status, answer.headers);
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  }

  async #answer(call: Call): Promise<Answer> {
    const [service = '', action = ''] = (call.headers['x-amz-target'] ?? '').split('.');
    if (service.startsWith('DynamoDB')) return this.#table(call, action as DynamodbAction);
    if (service === 'secretsmanager') {
      if (!this.#may(call, ['secretsmanager:GetSecretValue KeySecret.Id'])) return denied();
      return json({ SecretString: SECRET });
    }
    if (service === 'AmazonSQS') {
      const { QueueUrl: queue } = JSON.parse(call.body.toString()) as { readonly QueueUrl: string };
      if (!this.#may(call, [`sqs:${action} ${queue}`])) return denied();
      return json({ Attributes: { ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' } });
    }
    // What a custom resource tells CloudFormation.
    if (call.url.pathname === '/stack') return { status: 200 };
    if (call.url.pathname.includes('/@connections/')) return this.#connection(call);
    return this.#object(call);
  }

  async #table(call: Call, action: DynamodbAction): Promise<Answer> {
    const text = call.headers['content-encoding'] === 'gzip' ? gunzipSync(call.body) : call.body;
    const request = JSON.parse(text.toString()) as DynamodbRequests[DynamodbAction];
    if (!this.#may(call, tableLines(action, request)) || !this.#mayName(call, action, request)) return denied();
    try {
      return json(await this.tables.send(action, request));
    } catch (error) {
      if (!(error instanceof DynamodbRefusal)) throw error;
      const more = error instanceof ConditionalCheckFailedException ? { Item: error.item } : {};
      const reasons = error instanceof TransactionCanceledException ? { CancellationReasons: error.reasons } : {};
      return {
        ...json({ __type: `com.amazonaws.dynamodb.v20120810#${error.name}`, ...more, ...reasons }),
        status: 400,
      };
    }
  }

  #connection(call: Call): Answer {
    const id = call.url.pathname.split('/').at(-1);
    if (!this.#may(call, [`execute-api:ManageConnections ${call.method}/@connections`])) return denied();
    return { status: id === GONE_CONNECTION ? 410 : call.method === 'DELETE' ? 204 : 200 };
  }

  #object(call: Call): Answer {
    const [, bucket = '', ...rest] = decodeURIComponent(call.url.pathname).split('/');
    const key = rest.join('/');
    if (call.url.searchParams.has('versions')) {
      if (!this.#may(call, [`s3:ListBucketVersions ${bucket}.Arn`])) return denied();
      return { status: 200, body: this.#listing(call.url.searchParams.get('prefix') ?? '') };
    }
    const at = `${bucket}.Arn/${key.split('/')[0]}/*`;
    switch (call.method) {
      case 'PUT':
        return this.#may(call, [`s3:PutObject ${at}`]) ? this.#put(call, key) : denied();
      case 'DELETE':
        if (!this.#may(call, [`s3:DeleteObjectVersion ${at}`])) return denied();
        this.objects.delete(key);
        return { status: 204 };
      default: {
        if (!this.#may(call, [`s3:GetObject ${at}`])) return denied();
        const stored = this.objects.get(key);
        // Who may not list is not told that nothing is there.
        if (stored === undefined) return { status: this.#may(call, [`s3:ListBucket ${bucket}.Arn`]) ? 404 : 403 };
        return read(stored, call.headers['range']);
      }
    }
  }

  #put({ headers, body }: Call, key: string): Answer {
    if (headers['if-none-match'] === '*' && this.objects.has(key)) return { status: 412 };
    const sha256 = createHash('sha256').update(body).digest('base64');
    if (headers['x-amz-checksum-sha256'] !== sha256) return { status: 400 };
    const writer = headers['x-amz-meta-writer'];
    const kept = { 'x-amz-checksum-sha256': sha256, 'x-amz-version-id': randomUUID() };
    this.objects.set(key, {
      bytes: body,
      headers: { ...kept, ...(writer === undefined ? {} : { 'x-amz-meta-writer': writer }) },
    });
    return { status: 200 };
  }

  #listing(prefix: string): string {
    const versions = [...this.objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { bytes, headers }]) => {
        const version = `<VersionId>${headers['x-amz-version-id']}</VersionId><IsLatest>true</IsLatest>`;
        const told = `<LastModified>2020-01-01T00:00:00.000Z</LastModified><Size>${bytes.length}</Size>`;
        return `<Version><Key>${key}</Key>${version}${told}</Version>`;
      });
    return `<ListVersionsResult><IsTruncated>false</IsTruncated>${versions.join('')}</ListVersionsResult>`;
  }

  /** Whether a read names no attribute that its role may not, of tables of which it may name some alone. One that names none asks for all. */
  #mayName({ role }: Call, action: DynamodbAction, request: DynamodbRequests[DynamodbAction]): boolean {
    const limits = this.#options.attributes?.get(role);
    const beyond = readsOf(request).flatMap(({ table, names }) => {
      const allowed = limits?.get(`${table}.Arn`);
      return allowed === undefined || names?.every((name) => allowed.includes(name)) === true ? [] : [table];
    });
    for (const table of beyond) this.refused.add(`${role} dynamodb:${action} ${table}.Arn, more than its attributes`);
    return beyond.length === 0;
  }

  #may({ role }: Call, lines: readonly string[]): boolean {
    const allowed = this.#options.allowed.get(role) ?? [];
    const known = this.called.get(role) ?? new Set<string>();
    this.called.set(role, known);
    const missing = lines.filter((line) => !allowed.includes(line));
    for (const line of missing) this.refused.add(`${role} ${line}`);
    for (const line of lines) known.add(line);
    return missing.length === 0;
  }
}

function tableLines(action: DynamodbAction, request: DynamodbRequests[DynamodbAction]): readonly string[] {
  if (action === 'TransactWriteItems') {
    const { TransactItems: items } = request as DynamodbRequests['TransactWriteItems'];
    return items.map(transactionLine);
  }
  if ('RequestItems' in request)
    return Object.keys(request.RequestItems).map((table) => `dynamodb:${action} ${table}.Arn`);
  const { TableName: table, IndexName: index } = request as { readonly TableName: string; readonly IndexName?: string };
  return [`dynamodb:${action} ${table}.Arn${index === undefined ? '' : `/index/${index}`}`];
}

/** The tables of a request, and the attributes that it names in each; undefined for all. A member of an attribute counts as the attribute. */
function readsOf(
  request: DynamodbRequests[DynamodbAction],
): readonly { readonly table: string; readonly names: readonly string[] | undefined }[] {
  const asked: readonly (readonly [string, Projection])[] =
    'RequestItems' in request
      ? Object.keys(request.RequestItems).map((table) => [table, {}])
      : 'TableName' in request
        ? [[request.TableName, request]]
        : [];
  return asked.map(([table, { ProjectionExpression: projection, ExpressionAttributeNames: given }]) => ({
    table,
    names: projection?.split(',').map((path) => {
      const [name = ''] = path.trim().split('.');
      return given?.[name] ?? name;
    }),
  }));
}

/** A part of a transaction needs the right to do it alone. Source: Amazon DynamoDB Developer Guide, "IAM permissions for transactions". */
function transactionLine({ Put: put, Update: update, Delete: removal }: TransactWriteItem): string {
  if (put !== undefined) return `dynamodb:PutItem ${put.TableName}.Arn`;
  if (update !== undefined) return `dynamodb:UpdateItem ${update.TableName}.Arn`;
  return `dynamodb:DeleteItem ${removal?.TableName}.Arn`;
}

function read({ bytes, headers }: StoredObject, range: string | undefined): Answer {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const part = first === undefined ? bytes : bytes.subarray(Number(first), Number(last) + 1);
  return {
    status: first === undefined ? 200 : 206,
    headers: { ...headers, 'content-length': `${part.length}` },
    body: part,
  };
}

function json(value: unknown): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** As DynamoDB refuses it; other services look at the status alone. */
function denied(): Answer {
  return { ...json({ __type: 'com.amazon.coral.service#AccessDeniedException' }), status: 400 };
}
