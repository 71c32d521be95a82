import { createServer, type IncomingMessage, type Server, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { readUnits, writeUnits } from './request-units.ts';

/** One call to an AWS service, as it went over the wire. */
export interface AwsCall {
  readonly service: 'dynamodb' | 's3' | 'other';
  readonly action: string;
  readonly writeUnits: number;
  readonly readUnits: number;
}

/**
 * Stands between server code and an AWS endpoint, passes everything on unchanged, and keeps what each call is billed.
 * Units are computed by AWS's rule from the items themselves, because emulators count otherwise.
 * Source: Amazon DynamoDB Developer Guide, "Read and write operations".
 */
export class RequestRecorder {
  #calls: AwsCall[] | undefined;
  readonly #upstream: URL;
  readonly #server: Server;

  private constructor(upstream: string) {
    this.#upstream = new URL(upstream);
    this.#server = createServer((incoming, outgoing) => {
      this.#pass(incoming)
        .then(({ status, headers, body }) => outgoing.writeHead(status, headers).end(body))
        .catch((cause: unknown) => outgoing.writeHead(502).end(String(cause)));
    });
  }

  static async start(upstream: string): Promise<RequestRecorder> {
    const recorder = new RequestRecorder(upstream);
    await new Promise<void>((resolve) => recorder.#server.listen(0, '127.0.0.1', resolve));
    return recorder;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What is called while the task runs. What is called at other times passes through at full speed. */
  async record(task: () => Promise<unknown>): Promise<readonly AwsCall[]> {
    const calls: AwsCall[] = [];
    this.#calls = calls;
    try {
      await task();
    } finally {
      this.#calls = undefined;
    }
    return calls;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(incoming: IncomingMessage): Promise<Exchange> {
    const body = await readAll(incoming);
    const calls = this.#calls;
    if (calls === undefined) return this.#send(incoming, body);
    const target = String(incoming.headers['x-amz-target'] ?? '');
    if (target.startsWith('DynamoDB_')) return this.#passToDynamodb({ incoming, body, target }, calls);
    const isObject = target === '';
    const action = isObject ? `${incoming.method} object` : target;
    calls.push({ service: isObject ? 's3' : 'other', action, writeUnits: 0, readUnits: 0 });
    return this.#send(incoming, body);
  }

  async #passToDynamodb(request: DynamodbRequest, calls: AwsCall[]): Promise<Exchange> {
    const action = request.target.split('.')[1] ?? '';
    const input: unknown = JSON.parse(request.body.toString());
    const keys = writtenKeys(action, input);
    const before = await this.#items(keys);
    const answer = await this.#send(request.incoming, request.body);
    const output: unknown = JSON.parse(answer.body.toString());
    // A refused condition pays for what stood there: that is what is there after, too.
    const isPaid = answer.status === 200 || isRefusedCondition(output);
    const after = isPaid ? await this.#items(keys) : [];
    const items = keys.map((_, index) => [before[index], after[index]] as const);
    calls.push({
      service: 'dynamodb',
      action,
      writeUnits: isPaid ? writeUnits(items, action.startsWith('Transact')) : 0,
      readUnits: readUnits({ action, input, output }),
    });
    return answer;
  }

  async #items(keys: readonly WrittenKey[]): Promise<readonly (Item | undefined)[]> {
    const found: (Item | undefined)[] = [];
    for (const { table, key } of keys) {
      const response = await fetch(this.#upstream, {
        method: 'POST',
        headers: {
          authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request',
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.GetItem',
        },
        body: JSON.stringify({ TableName: table, Key: key, ConsistentRead: true }),
      });
      found.push(((await response.json()) as { readonly Item?: Item }).Item);
    }
    return found;
  }

  #send(incoming: IncomingMessage, body: Buffer): Promise<Exchange> {
    return new Promise((resolve, reject) => {
      const outgoing = sendRequest(
        {
          host: this.#upstream.hostname,
          port: this.#upstream.port,
          method: incoming.method,
          path: incoming.url,
          headers: incoming.headers,
        },
        (answer) => {
          readAll(answer).then((answered) => {
            const { 'transfer-encoding': _chunked, ...headers } = answer.headers;
            resolve({ status: answer.statusCode ?? 502, headers, body: answered });
            return undefined;
          }, reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

interface DynamodbRequest {
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
  readonly target: string;
}

interface Exchange {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface WrittenKey {
  readonly table: string;
  readonly key: Item;
}

interface WriteRequest {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
}

function isRefusedCondition(output: unknown): boolean {
  const { __type: type = '' } = output as { readonly __type?: string };
  return /(ConditionalCheckFailed|TransactionCanceled)Exception$/.test(type);
}

/** The keys of all items that a call writes or checks. All tables have the keys pk and sk. */
function writtenKeys(action: string, input: unknown): readonly WrittenKey[] {
  const writes = writesOf(action, input);
  return writes.map(({ TableName: table, Key: key, Item: item }) => {
    const { pk, sk } = key ?? item ?? {};
    return { table, key: { ...(pk === undefined ? {} : { pk }), ...(sk === undefined ? {} : { sk }) } };
  });
}

function writesOf(action: string, input: unknown): readonly WriteRequest[] {
  switch (action) {
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [input as WriteRequest];
    case 'TransactWriteItems':
      return (input as { readonly TransactItems: readonly Record<string, WriteRequest>[] }).TransactItems.flatMap(
        (item) => Object.values(item),
      );
    case 'BatchWriteItem': {
      const tables = (input as { readonly RequestItems: Record<string, readonly Record<string, WriteRequest>[]> })
        .RequestItems;
      return Object.entries(tables).flatMap(([TableName, requests]) =>
        requests.flatMap((request) => Object.values(request).map((write) => ({ ...write, TableName }))),
      );
    }
    default:
      return [];
  }
}

function readAll(stream: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => resolve(Buffer.concat(parts)));
    stream.on('error', reject);
  });
}
