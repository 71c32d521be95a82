import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type LoopbackWorld, openLoopbackWorld } from '../../test/loopback-world.ts';
import { UnavailableError } from './unavailable-error.ts';
import { createUserPool, type UserPool } from './user-pool.ts';

const credentials = { email: 'ann@example.com', password: 'correct horse' };
let world: LoopbackWorld;
let pool: UserPool;

beforeEach(async () => {
  world = await openLoopbackWorld();
  pool = createUserPool(world, { endpoint: world.service.baseUrl, userPoolId: 'pool', clientId: 'client' });
});
afterEach(() => world.close());

function answer(status: number, body: object): void {
  world.service.fault = () => ({ status, body: JSON.stringify(body) });
}
const tokens = { AccessToken: 'access', IdToken: 'id', ExpiresIn: 3600, TokenType: 'Bearer' };

test('a sign-in sends the password flow and gives the tokens', async () => {
  answer(200, { AuthenticationResult: { ...tokens, RefreshToken: 'refresh' }, ChallengeParameters: {} });
  expect(await pool.signIn(credentials)).toEqual({
    kind: 'signed-in',
    tokens: { accessToken: 'access', refreshToken: 'refresh', expiresInSeconds: 3600 },
  });
  const [request] = world.service.requests;
  expect(request?.headers['x-amz-target']).toBe('AWSCognitoIdentityProviderService.InitiateAuth');
  expect(JSON.parse(String(request?.body))).toEqual({
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: credentials.email, PASSWORD: credentials.password },
    ClientId: 'client',
  });
});

test('a refresh keeps its token where there is no rotation, and takes the new one where there is', async () => {
  answer(200, { AuthenticationResult: tokens });
  expect(await pool.refresh('old')).toMatchObject({ tokens: { refreshToken: 'old' } });
  answer(200, { AuthenticationResult: { ...tokens, RefreshToken: 'new' } });
  expect(await pool.refresh('old')).toMatchObject({ tokens: { refreshToken: 'new' } });
});

test.each([
  ['NotAuthorizedException', 'wrong-password'],
  ['com.amazonaws.cognito#UsernameExistsException', 'account-exists'],
  ['UserNotConfirmedException', 'not-confirmed'],
  ['InvalidPasswordException', 'weak-password'],
  ['TooManyRequestsException', 'too-many-attempts'],
])('%s is told as %s, in a sentence', async (type, reason) => {
  answer(400, { __type: type, message: 'Password must have symbols.' });
  const outcome = await pool.signUp(credentials);
  expect(outcome).toMatchObject({ kind: 'refused', reason });
  expect(outcome.kind === 'refused' && outcome.message).toMatch(/^[A-Z].*\.$/);
});

test('a refused refresh token is an ended sign-in, not a wrong password', async () => {
  answer(400, { __type: 'NotAuthorizedException', message: 'Refresh Token has been revoked' });
  expect(await pool.refresh('old')).toMatchObject({ kind: 'refused', reason: 'session-ended' });
});

test('signing in is repeated while the pool fails, signing up is not', async () => {
  answer(500, { __type: 'InternalErrorException' });
  await expect(pool.signIn(credentials)).rejects.toBeInstanceOf(UnavailableError);
  expect(world.service.requests).toHaveLength(4);
  await expect(pool.signUp(credentials)).rejects.toBeInstanceOf(UnavailableError);
  expect(world.service.requests).toHaveLength(5);
});
