import { createHash } from 'node:crypto';
import { type AccountResponse, type ConfigurationResponse, DeviceId, encodeUlid, Problem } from '@syncline/protocol';
import type { CanaryRequest, CanaryWire } from './canary-wire.ts';

export interface CanaryCredentials {
  readonly email: string;
  readonly password: string;
}

export interface CanaryPlace {
  readonly wire: CanaryWire;
  /** Base URL of the API, without a trailing slash. */
  readonly apiUrl: string;
}

/** A device of the canary's account, signed in and registered: it asks for routes as any client does. */
export interface CanaryDevice {
  readonly deviceId: DeviceId;
  readonly account: AccountResponse;
  /** The answer of a route. @throws CanaryRefusal when it is refused. */
  ask<Answer>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer>;
}

/** What the service answered in place of what was asked for. Codes and statuses alone. */
export class CanaryRefusal extends Error {
  override readonly name = 'CanaryRefusal';
}

/** Ids are the same at every run, so that the account does not fill with devices. */
export async function openCanaryDevice(
  place: CanaryPlace,
  credentials: CanaryCredentials,
  name: string,
): Promise<CanaryDevice> {
  const configuration = await askFor<ConfigurationResponse>(place, { method: 'GET', path: '/v1/configuration' });
  const token = await signIn(place, configuration, credentials);
  const seed = createHash('sha256').update(`${credentials.email} ${name}`).digest();
  const deviceId = DeviceId.parse(encodeUlid(seed.subarray(0, 16)));
  const headers = { authorization: `Bearer ${token}`, 'x-device-id': deviceId };
  const ask = <Answer>(method: 'GET' | 'POST', path: string, body?: object) =>
    askFor<Answer>(place, { method, path, headers, ...(body === undefined ? {} : { body }) });
  const account = await ask<AccountResponse>('GET', '/v1/account');
  await ask('POST', '/v1/devices', { deviceId, name: `canary ${name}`, platform: 'other' });
  return { deviceId, account, ask };
}

/** Source: Amazon Cognito user pools API Reference, InitiateAuth. */
async function signIn(
  { wire }: CanaryPlace,
  { userPool }: ConfigurationResponse,
  { email, password }: CanaryCredentials,
): Promise<string> {
  if (userPool === undefined) throw new CanaryRefusal('this deployment signs people in elsewhere');
  const asked = {
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: userPool.clientId,
    AuthParameters: { USERNAME: email, PASSWORD: password },
  };
  const { status, body } = await wire.send({
    method: 'POST',
    url: `${userPool.endpoint}/`,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body: Buffer.from(JSON.stringify(asked)),
  });
  const answer = parse(body) as { readonly AuthenticationResult?: { readonly AccessToken?: string }; __type?: string };
  const token = answer.AuthenticationResult?.AccessToken;
  if (token === undefined) throw new CanaryRefusal(`the user pool answered ${status} ${answer.__type ?? ''}`.trim());
  return token;
}

async function askFor<Answer>(
  { wire, apiUrl }: CanaryPlace,
  asked: Pick<CanaryRequest, 'method'> & {
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: object;
  },
): Promise<Answer> {
  const { method, path, headers = {}, body } = asked;
  const answer = await wire.send({
    method,
    url: `${apiUrl}${path}`,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  });
  const json = parse(answer.body);
  if (answer.status === 200) return json as Answer;
  const problem = Problem.safeParse(json);
  const [route] = path.split('?');
  throw new CanaryRefusal(
    `${method} ${route} answered ${answer.status} ${problem.success ? problem.data.code : ''}`.trim(),
  );
}

/** An answer that is no JSON is one that nobody asked for, and is told by its status. */
function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return {};
  }
}
