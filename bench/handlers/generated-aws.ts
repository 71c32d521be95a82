import type { Server } from 'node:http';
import { crc32 } from 'node:zlib';
import type { DynamodbAction } from '../../lambdas/runtime/dynamodb-api.ts';
import { createAnsweringServer, type HttpAnswer, listen, readBytes } from '../http-api.ts';
import type { GeneratedTables } from './generated-tables.ts';
import { SECRET } from './handler-events.ts';

/** Answers DynamoDB's protocol out of generated tables, and Secrets Manager's with one secret. */
export async function serveGeneratedAws(tables: GeneratedTables): Promise<{ readonly endpoint: string; stop(): void }> {
  const server: Server = createAnsweringServer(async (incoming): Promise<HttpAnswer> => {
    const body = (await readBytes(incoming)).toString();
    const [service, action = ''] = String(incoming.headers['x-amz-target']).split('.');
    const answer =
      service === 'secretsmanager'
        ? { SecretString: SECRET }
        : tables.answer(action as DynamodbAction, JSON.parse(body) as never);
    const text = JSON.stringify(answer);
    return {
      statusCode: 200,
      headers: {
        'content-type': String(incoming.headers['content-type']),
        'content-length': String(Buffer.byteLength(text)),
        'x-amz-crc32': String(crc32(text)),
      },
      body: text,
    };
  });
  const endpoint = await listen(server);
  return {
    endpoint,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
