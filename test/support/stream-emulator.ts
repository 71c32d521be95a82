import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type Emulator, startEmulator } from '../../emulator/emulator-process.ts';
import { AWS_REGION } from '../../emulator/environment.ts';
import { installEmulator } from '../../emulator/local-stack.ts';
import type { AwsConnection } from '../../lambdas/runtime/aws-connection.ts';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import { zipArchive } from './zip-archive.ts';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const TABLE = 'followed';
const ROLE = 'reader';
/** Longer than any test waits. */
const FUNCTION_SECONDS_MAX = 600;

/** Says the keys of its records one after the other, and goes on when it is answered. */
const READER = `exports.handler = async ({ Records }) => {
  for (const { dynamodb } of Records)
    await fetch(process.env.LISTENER + '/' + process.env.READER, { method: 'POST', body: dynamodb.Keys.pk.S });
};`;

/** An emulator with nothing in it but a table, and functions that follow it. */
export class StreamEmulator {
  readonly #dataDir: string;
  readonly #listener: Listener;
  #emulator: Emulator;

  private constructor(dataDir: string, listener: Listener, emulator: Emulator) {
    this.#dataDir = dataDir;
    this.#listener = listener;
    this.#emulator = emulator;
  }

  /** The functions follow the table in this order. */
  static async open(dataDir: string, readers: readonly string[]): Promise<StreamEmulator> {
    const listener = await Listener.open();
    const opened = new StreamEmulator(dataDir, listener, await start(dataDir, 0));
    try {
      const streamArn = await opened.#makeTable();
      await opened.#makeRole();
      for (const reader of readers) await opened.#makeReader(reader, streamArn);
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  /** The keys that a function was given, in the order in which it was. */
  heard(reader: string): readonly string[] {
    return this.#listener.heard.filter(([name]) => name === reader).map(([, key]) => key);
  }

  /** How many records the emulator, since it was started, has seen a function come to the end of. */
  async ended(reader: string): Promise<number> {
    const log = await readFile(this.#emulator.logFile, 'utf8');
    const counts = log.matchAll(new RegExp(`Lambda ${reader} processed (\\d+) DynamoDB`, 'g'));
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** Lets a function wait at the record that it is given next, until the answer is called. */
  hold(reader: string): () => void {
    return this.#listener.hold(reader);
  }

  async put(key: string): Promise<void> {
    await this.#withTables((tables) => tables.send(new PutItemCommand({ TableName: TABLE, Item: { pk: { S: key } } })));
  }

  /** Stops it, and starts it with what it has saved. */
  async restart(): Promise<void> {
    const port = Number(new URL(this.#emulator.endpoint).port);
    if (!(await this.#emulator.stop())) throw new Error('the emulator has not saved its state');
    this.#emulator = await start(this.#dataDir, port);
  }

  async close(): Promise<void> {
    await this.#emulator.stop();
    this.#listener.close();
  }

  async #makeTable(): Promise<string> {
    const command = new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    });
    const { TableDescription: table } = await this.#withTables((tables) => tables.send(command));
    if (table?.LatestStreamArn === undefined) throw new Error('the table has a stream');
    return table.LatestStreamArn;
  }

  async #makeRole(): Promise<void> {
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    const form = { Action: 'CreateRole', RoleName: ROLE, AssumeRolePolicyDocument: JSON.stringify(trust) };
    await this.#send('iam', {
      path: '/',
      type: 'application/x-www-form-urlencoded',
      body: new URLSearchParams(form).toString(),
    });
  }

  async #makeReader(name: string, streamArn: string): Promise<void> {
    const made = {
      FunctionName: name,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::000000000000:role/${ROLE}`,
      Timeout: FUNCTION_SECONDS_MAX,
      Code: { ZipFile: Buffer.from(zipArchive([{ name: 'index.js', bytes: READER }])).toString('base64') },
      Environment: { Variables: { LISTENER: this.#listener.url, READER: name } },
    };
    const mapping = { FunctionName: name, EventSourceArn: streamArn, StartingPosition: 'TRIM_HORIZON' };
    const type = 'application/json';
    await this.#send('lambda', { path: '/2015-03-31/functions', type, body: JSON.stringify(made) });
    await this.#send('lambda', { path: '/2015-03-31/event-source-mappings', type, body: JSON.stringify(mapping) });
  }

  async #send(
    signingName: string,
    { path, type, body }: { readonly path: string; readonly type: string; readonly body: string },
  ): Promise<void> {
    const requests = new AwsRequests({ signingName, connection: this.#connection() });
    const url = new URL(path, this.#emulator.endpoint);
    const answer = await requests.send({
      method: 'POST',
      url,
      headers: { 'content-type': type },
      body: Buffer.from(body),
    });
    if (answer.status >= 300) throw new Error(`${signingName} answers ${answer.status}: ${answer.body.toString()}`);
  }

  async #withTables<T>(call: (tables: DynamoDBClient) => Promise<T>): Promise<T> {
    const { endpoint } = this.#emulator;
    const tables = new DynamoDBClient({ endpoint, region: AWS_REGION, credentials: CREDENTIALS });
    try {
      return await call(tables);
    } finally {
      tables.destroy();
    }
  }

  #connection(): AwsConnection {
    return { endpoint: this.#emulator.endpoint, region: AWS_REGION, credentials: async () => CREDENTIALS };
  }
}

async function start(dataDir: string, port: number): Promise<Emulator> {
  const python = await installEmulator({ log: () => undefined });
  return startEmulator({ port, dataDir, isPersistent: true, python });
}

/** What the functions talk to. */
class Listener {
  readonly heard: (readonly [reader: string, key: string])[] = [];
  readonly #held = new Map<string, Promise<void>>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const reader = request.url?.slice(1) ?? '';
      const body: Buffer[] = [];
      request.on('data', (part: Buffer) => body.push(part));
      request.on('end', () => {
        this.heard.push([reader, Buffer.concat(body).toString()]);
        void (this.#held.get(reader) ?? Promise.resolve()).then(() => response.end());
      });
    });
  }

  static async open(): Promise<Listener> {
    const listener = new Listener();
    listener.#server.listen(0, '127.0.0.1');
    await once(listener.#server, 'listening');
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  hold(reader: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(reader, promise);
    return () => {
      this.#held.delete(reader);
      resolve();
    };
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
