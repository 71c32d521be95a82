import { assert } from '@syncline/protocol';
import * as z from 'zod/mini';
import { type AwsConnection, processConnection } from './aws-connection.ts';
import { AwsRequests } from './aws-requests.ts';
import type { Clock, Random } from './clock.ts';
import type { HmacKey } from './hmac-key.ts';
import type { KeyPurpose, KeyRing } from './key-ring.ts';
import { purposeKey } from './purpose-key.ts';

export interface SecretsManagerOptions {
  /** Name or ARN of the secret. */
  readonly secretId: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** The process's own when absent. */
  readonly connection?: AwsConnection;
}

const SecretValue = z.object({ SecretString: z.string() });

/** Signs with keys derived from a secret in Secrets Manager, which is read once in the life of the process. */
export class SecretsManagerKeyRing implements KeyRing {
  readonly #requests: AwsRequests;
  readonly #secretId: string;
  readonly #keys = new Map<KeyPurpose, HmacKey>();
  #secret: Promise<Uint8Array> | undefined;

  constructor(options: SecretsManagerOptions) {
    const { secretId, connection = processConnection('SECRETS_MANAGER'), ...time } = options;
    this.#requests = new AwsRequests({ ...time, signingName: 'secretsmanager', connection });
    this.#secretId = secretId;
  }

  async sign(purpose: KeyPurpose, message: Uint8Array | string): Promise<Uint8Array> {
    const key = this.#keys.get(purpose) ?? purposeKey(await this.#readSecret(), purpose);
    this.#keys.set(purpose, key);
    return key.sign(message);
  }

  async #readSecret(): Promise<Uint8Array> {
    this.#secret ??= this.#fetchSecret();
    try {
      return await this.#secret;
    } catch (error) {
      // A failure is not remembered: the next caller asks again.
      this.#secret = undefined;
      throw error;
    }
  }

  async #fetchSecret(): Promise<Uint8Array> {
    const { region, endpoint } = this.#requests.connection;
    const answer = await this.#requests.send({
      method: 'POST',
      url: new URL(endpoint ?? `https://secretsmanager.${region}.amazonaws.com`),
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: Buffer.from(JSON.stringify({ SecretId: this.#secretId })),
    });
    assert(answer.status === 200, `Secrets Manager does not answer a read with ${answer.status}`);
    return Buffer.from(SecretValue.parse(JSON.parse(answer.body.toString())).SecretString);
  }
}
