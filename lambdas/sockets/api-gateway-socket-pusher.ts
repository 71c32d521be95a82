import { assert, type ServerMessage } from '@syncline/protocol';
import { type AwsConnection, processConnection } from '../runtime/aws-connection.ts';
import { AwsRequests } from '../runtime/aws-requests.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { escapeUri } from '../runtime/escape-uri.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import type { SocketPusher } from './socket-pusher.ts';

export interface ApiGatewaySocketOptions {
  /** Address of the stage of the WebSocket API's management, without `/@connections`. */
  readonly endpoint: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** The process's own when absent; its endpoint is not looked at. */
  readonly connection?: AwsConnection;
}

/** Pushes through the `@connections` of an API Gateway WebSocket API. */
export class ApiGatewaySocketPusher implements SocketPusher {
  readonly #requests: AwsRequests;
  readonly #endpoint: string;

  constructor(options: ApiGatewaySocketOptions) {
    const { endpoint, connection = processConnection('APIGATEWAYMANAGEMENTAPI'), ...time } = options;
    this.#requests = new AwsRequests({ ...time, signingName: 'execute-api', connection });
    this.#endpoint = endpoint.replace(/\/$/, '');
  }

  async post(connectionId: string, message: ServerMessage): Promise<'sent' | 'gone'> {
    const { status } = await this.#requests.send({
      method: 'POST',
      url: this.#urlOf(connectionId),
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(message)),
    });
    return outcomeOf(status);
  }

  async close(connectionId: string): Promise<void> {
    const { status } = await this.#requests.send({ method: 'DELETE', url: this.#urlOf(connectionId) });
    outcomeOf(status);
  }

  #urlOf(connectionId: string): URL {
    return new URL(`${this.#endpoint}/@connections/${escapeUri(connectionId)}`);
  }
}

/** 403 comes from API Gateway itself while a connection is being taken down, or when the function may not push: a retry tells. */
function outcomeOf(status: number): 'sent' | 'gone' {
  if (status === 410 || status === 404) return 'gone';
  if (status === 403) throw new UnavailableError('API Gateway refused to reach a connection');
  assert(status >= 200 && status < 300, `API Gateway does not answer a push with ${status}`);
  return 'sent';
}
