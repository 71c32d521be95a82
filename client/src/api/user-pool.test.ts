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

test('an account with a second factor is asked for a code, which ends the sign-in', async () => {
  answer(200, { ChallengeName: 'SOFTWARE_TOKEN_MFA', Session: 'session', ChallengeParameters: {} });
  expect(await pool.signIn(credentials)).toEqual({ kind: 'second-factor', session: 'session' });
  answer(200, { AuthenticationResult: { ...tokens, RefreshToken: 'refresh' } });
  const { email } = credentials;
  expect(await pool.answerSecondFactor({ email, session: 'session', code: '123456' })).toMatchObject({
    kind: 'signed-in',
  });
  expect(JSON.parse(String(world.service.requests.at(-1)?.body))).toEqual({
    ChallengeName: 'SOFTWARE_TOKEN_MFA',
    Session: 'session',
    ChallengeResponses: { USERNAME: email, SOFTWARE_TOKEN_MFA_CODE: '123456' },
    ClientId: 'client',
  });
});

test('a code of a session that took too long is an ended session, not a wrong password', async () => {
  answer(400, { __type: 'NotAuthorizedException', message: 'Invalid session for the user.' });
  const given = { email: credentials.email, session: 'old', code: '123456' };
  expect(await pool.answerSecondFactor(given)).toMatchObject({ kind: 'refused', reason: 'session-ended' });
});

test('a second factor counts once a code of it was seen, and is asked for from then on', async () => {
  answer(200, { SecretCode: 'JBSWY3DP' });
  expect(await pool.beginSecondFactor('access')).toEqual({ kind: 'begun', secret: 'JBSWY3DP' });
  expect(JSON.parse(String(world.service.requests.at(-1)?.body))).toEqual({ AccessToken: 'access' });
  answer(400, { __type: 'EnableSoftwareTokenMFAException' });
  const given = { accessToken: 'access', code: '000000' };
  expect(await pool.confirmSecondFactor(given)).toMatchObject({ kind: 'refused', reason: 'wrong-code' });
  answer(200, { Status: 'SUCCESS' });
  expect(await pool.confirmSecondFactor(given)).toEqual({ kind: 'on' });
  expect(JSON.parse(String(world.service.requests.at(-1)?.body))).toMatchObject({
    SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
  });
  expect(await pool.endSecondFactor('access')).toEqual({ kind: 'off' });
});

test('the address, and whether there is a second factor, are what the pool says of the account', async () => {
  const UserAttributes = [{ Name: 'email', Value: credentials.email }];
  answer(200, { Username: 'x', UserAttributes, UserMFASettingList: ['SOFTWARE_TOKEN_MFA'] });
  expect(await pool.readProfile('access')).toEqual({ kind: 'known', email: credentials.email, hasSecondFactor: true });
  answer(200, { Username: 'x', UserAttributes: [] });
  expect(await pool.readProfile('access')).toEqual({ kind: 'known', email: undefined, hasSecondFactor: false });
});

test('a forgotten password is replaced with the code that was sent', async () => {
  answer(200, { CodeDeliveryDetails: {} });
  expect(await pool.forgotPassword(credentials.email)).toEqual({ kind: 'sent' });
  expect(await pool.resendCode(credentials.email)).toEqual({ kind: 'sent' });
  answer(200, {});
  expect(await pool.resetPassword({ ...credentials, code: '654321' })).toEqual({ kind: 'reset' });
  expect(JSON.parse(String(world.service.requests.at(-1)?.body))).toMatchObject({
    Username: credentials.email,
    ConfirmationCode: '654321',
    Password: credentials.password,
  });
});
