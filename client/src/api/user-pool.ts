import type { ConfigurationResponse } from '@syncline/protocol';
import * as z from 'zod/mini';
import { retryDelayMs } from './backoff.ts';
import type { Clock, Random } from './clock.ts';
import { SIGN_IN_ANSWER_BYTES_MAX, SIGN_IN_RETRY, SIGN_IN_TIMEOUT_MS } from './limits.ts';
import type { Transport } from './transport.ts';
import { UnavailableError } from './unavailable-error.ts';

/** What a sign-in gives. The access token goes to the API; the refresh token buys another one. */
export interface SignInTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
}

export type SignInRefusal =
  | 'wrong-password'
  | 'account-exists'
  | 'not-confirmed'
  | 'weak-password'
  | 'invalid-email'
  | 'wrong-code'
  | 'expired-code'
  | 'session-ended'
  | 'too-many-attempts'
  | 'not-allowed';

/** A refusal of the user pool, with a sentence for people. */
export interface SignInRefused {
  readonly kind: 'refused';
  readonly reason: SignInRefusal;
  readonly message: string;
}

export type SignInOutcome = { readonly kind: 'signed-in'; readonly tokens: SignInTokens } | SignInRefused;

/** The password was right, and a code of the account's authenticator app is asked for as well; `session` lives for minutes. */
export interface SecondFactorAsked {
  readonly kind: 'second-factor';
  readonly session: string;
}

export interface UserPool {
  /** Makes an account. `confirmed` is false when a code was sent by mail that confirmSignUp has to be given. */
  signUp(
    credentials: Credentials,
  ): Promise<{ readonly kind: 'signed-up'; readonly confirmed: boolean } | SignInRefused>;
  confirmSignUp(given: {
    readonly email: string;
    readonly code: string;
  }): Promise<{ readonly kind: 'confirmed' } | SignInRefused>;
  signIn(credentials: Credentials): Promise<SignInOutcome | SecondFactorAsked>;
  /** Ends a sign-in that has asked for a second factor. `code` is what the authenticator app shows at the moment. */
  answerSecondFactor(given: {
    readonly email: string;
    readonly session: string;
    readonly code: string;
  }): Promise<SignInOutcome>;
  /** Sends the code of a sign-up once more. What is answered does not tell whether there is such an account. */
  resendCode(email: string): Promise<{ readonly kind: 'sent' } | SignInRefused>;
  /** Sends a code by mail that `resetPassword` takes. What is answered does not tell whether there is such an account. */
  forgotPassword(email: string): Promise<{ readonly kind: 'sent' } | SignInRefused>;
  resetPassword(given: Credentials & { readonly code: string }): Promise<{ readonly kind: 'reset' } | SignInRefused>;
  /** A new secret for an authenticator app, in base 32. It counts from the moment that `confirmSecondFactor` has seen one of its codes. */
  beginSecondFactor(accessToken: string): Promise<{ readonly kind: 'begun'; readonly secret: string } | SignInRefused>;
  /** From the next sign-in on a code is asked for. */
  confirmSecondFactor(given: {
    readonly accessToken: string;
    readonly code: string;
  }): Promise<{ readonly kind: 'on' } | SignInRefused>;
  /** From the next sign-in on the password is enough. */
  endSecondFactor(accessToken: string): Promise<{ readonly kind: 'off' } | SignInRefused>;
  readProfile(accessToken: string): Promise<({ readonly kind: 'known' } & Profile) | SignInRefused>;
  /** Buys a new access token. With rotation on, the answer's refresh token is another one and the old one ends. */
  refresh(refreshToken: string): Promise<SignInOutcome>;
  /** Ends a refresh token with all access tokens that it bought. Repeating it is no error. */
  revoke(refreshToken: string): Promise<void>;
}

/** What the user pool knows of somebody who is signed in. */
export interface Profile {
  readonly email: string | undefined;
  readonly hasSecondFactor: boolean;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface UserPoolDependencies {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
}

const SignUpAnswer = z.object({ UserConfirmed: z.boolean() });
const TokensAnswer = z.object({
  AuthenticationResult: z.object({
    AccessToken: z.string(),
    RefreshToken: z.optional(z.string()),
    ExpiresIn: z.number(),
  }),
});
const ChallengeAnswer = z.object({ ChallengeName: z.literal('SOFTWARE_TOKEN_MFA'), Session: z.string() });
const SecretAnswer = z.object({ SecretCode: z.string() });
const VerifyAnswer = z.object({ Status: z.string() });
const ProfileAnswer = z.object({
  UserAttributes: z.array(z.object({ Name: z.string(), Value: z.string() })),
  UserMFASettingList: z.optional(z.array(z.string())),
});
const ErrorAnswer = z.object({ __type: z.string(), message: z.optional(z.string()) });

/**
 * The user pool's own JSON API (Amazon Cognito), without its SDK.
 *
 * @throws UnavailableError  no answer, or one that is not of this API.
 * Source: Amazon Cognito user pools API reference.
 */
export function createUserPool(
  dependencies: UserPoolDependencies,
  { endpoint, clientId }: NonNullable<ConfigurationResponse['userPool']>,
): UserPool {
  const callOnce: Call = (action, body) =>
    callAction({ transport: dependencies.transport, endpoint }, { action, body: { ...body, ClientId: clientId } });
  /** For what is the same when it is done twice: a sign-up whose answer got lost would find its own account. */
  const call: Call = (action, body) => repeatWhileUnavailable(dependencies, () => callOnce(action, body));
  return {
    async signUp({ email, password }) {
      const answer = await callOnce('SignUp', {
        Username: email,
        Password: password,
        UserAttributes: [{ Name: 'email', Value: email }],
      });
      if (answer.kind === 'refused') return answer;
      return { kind: 'signed-up', confirmed: decode(SignUpAnswer, answer.body).UserConfirmed };
    },
    async confirmSignUp({ email, code }) {
      const answer = await callOnce('ConfirmSignUp', { Username: email, ConfirmationCode: code });
      return answer.kind === 'refused' ? answer : { kind: 'confirmed' };
    },
    async signIn({ email, password }) {
      const answer = await call('InitiateAuth', {
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: email, PASSWORD: password },
      });
      if (answer.kind === 'refused') return answer;
      const challenge = z.safeParse(ChallengeAnswer, answer.body);
      if (challenge.success) return { kind: 'second-factor', session: challenge.data.Session };
      return signedIn(answer.body, undefined);
    },
    async refresh(refreshToken) {
      const answer = await call('GetTokensFromRefreshToken', { RefreshToken: refreshToken });
      if (answer.kind === 'answered') return signedIn(answer.body, refreshToken);
      // The pool says of an ended refresh token what it says of a wrong password.
      return answer.reason === 'wrong-password' ? refused('session-ended') : answer;
    },
    async revoke(refreshToken) {
      await call('RevokeToken', { Token: refreshToken });
    },
    ...passwordHelp(callOnce),
    ...secondFactor(callOnce, (action, body) =>
      callAction({ transport: dependencies.transport, endpoint }, { action, body }),
    ),
  };
}

function passwordHelp(call: Call): Pick<UserPool, 'resendCode' | 'forgotPassword' | 'resetPassword'> {
  return {
    async resendCode(email) {
      const answer = await call('ResendConfirmationCode', { Username: email });
      return answer.kind === 'refused' ? answer : { kind: 'sent' };
    },
    async forgotPassword(email) {
      const answer = await call('ForgotPassword', { Username: email });
      return answer.kind === 'refused' ? answer : { kind: 'sent' };
    },
    async resetPassword({ email, code, password }) {
      const answer = await call('ConfirmForgotPassword', {
        Username: email,
        ConfirmationCode: code,
        Password: password,
      });
      return answer.kind === 'refused' ? answer : { kind: 'reset' };
    },
  };
}

type SecondFactorCalls = 'readProfile' | `${'answer' | 'begin' | 'confirm' | 'end'}SecondFactor`;

/** `callAsPerson` names no client: an access token says whose app it is. */
function secondFactor(call: Call, callAsPerson: Call): Pick<UserPool, SecondFactorCalls> {
  const prefer = (accessToken: string, isOn: boolean) =>
    callAsPerson('SetUserMFAPreference', {
      AccessToken: accessToken,
      SoftwareTokenMfaSettings: { Enabled: isOn, PreferredMfa: isOn },
    });
  return {
    async answerSecondFactor({ email, session, code }) {
      const answer = await call('RespondToAuthChallenge', {
        ChallengeName: 'SOFTWARE_TOKEN_MFA',
        Session: session,
        ChallengeResponses: { USERNAME: email, SOFTWARE_TOKEN_MFA_CODE: code },
      });
      if (answer.kind === 'answered') return signedIn(answer.body, undefined);
      // The password was right before: what the pool refuses now is a session that took too long.
      return answer.reason === 'wrong-password' ? refused('session-ended') : answer;
    },
    async beginSecondFactor(accessToken) {
      const answer = await callAsPerson('AssociateSoftwareToken', { AccessToken: accessToken });
      if (answer.kind === 'refused') return answer;
      return { kind: 'begun', secret: decode(SecretAnswer, answer.body).SecretCode };
    },
    async confirmSecondFactor({ accessToken, code }) {
      const answer = await callAsPerson('VerifySoftwareToken', { AccessToken: accessToken, UserCode: code });
      if (answer.kind === 'refused') return answer;
      if (decode(VerifyAnswer, answer.body).Status !== 'SUCCESS') return refused('wrong-code');
      const preferred = await prefer(accessToken, true);
      return preferred.kind === 'refused' ? preferred : { kind: 'on' };
    },
    async endSecondFactor(accessToken) {
      const answer = await prefer(accessToken, false);
      return answer.kind === 'refused' ? answer : { kind: 'off' };
    },
    async readProfile(accessToken) {
      const answer = await callAsPerson('GetUser', { AccessToken: accessToken });
      if (answer.kind === 'refused') return answer;
      const { UserAttributes, UserMFASettingList = [] } = decode(ProfileAnswer, answer.body);
      return {
        kind: 'known',
        email: UserAttributes.find(({ Name }) => Name === 'email')?.Value,
        hasSecondFactor: UserMFASettingList.includes('SOFTWARE_TOKEN_MFA'),
      };
    },
  };
}

async function repeatWhileUnavailable<T>({ clock, random }: UserPoolDependencies, task: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await task();
    } catch (failure) {
      if (!(failure instanceof UnavailableError) || attempt >= SIGN_IN_RETRY.attemptsMax) throw failure;
    }
    await clock.sleep(retryDelayMs({ budget: SIGN_IN_RETRY, attempt, random }));
  }
}

interface Answered {
  readonly kind: 'answered';
  readonly body: unknown;
}
type Call = (action: string, body: object) => Promise<Answered | SignInRefused>;

async function callAction(
  { transport, endpoint }: { readonly transport: Transport; readonly endpoint: string },
  request: { readonly action: string; readonly body: object },
): Promise<Answered | SignInRefused> {
  const response = await transport.send({
    method: 'POST',
    url: `${endpoint.replace(/\/$/, '')}/`,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${request.action}`,
    },
    body: JSON.stringify(request.body),
    answerBytesMax: SIGN_IN_ANSWER_BYTES_MAX,
    timeoutMs: SIGN_IN_TIMEOUT_MS,
  });
  const text = new TextDecoder().decode(response.body);
  if (response.status === 200) return { kind: 'answered', body: text === '' ? {} : parse(text) };
  const error = z.safeParse(ErrorAnswer, parse(text));
  const type = error.data?.__type.split('#').at(-1) ?? '';
  const reason = REASONS[type];
  if (reason === undefined) {
    throw new UnavailableError(`the sign-in service answered ${response.status} ${type} to ${request.action}`);
  }
  return refused(reason, error.data?.message);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnavailableError('the sign-in service answered something that is not JSON', { cause });
  }
}

function decode<S extends z.core.$ZodType>(schema: S, body: unknown): z.output<S> {
  const decoded = z.safeParse(schema, body);
  if (decoded.success) return decoded.data;
  throw new UnavailableError('the sign-in service answered in a form that is not known', { cause: decoded.error });
}

function signedIn(body: unknown, keptRefreshToken: string | undefined): SignInOutcome {
  const { AuthenticationResult: result } = decode(TokensAnswer, body);
  const refreshToken = result.RefreshToken ?? keptRefreshToken;
  if (refreshToken === undefined) throw new UnavailableError('the sign-in service gave no refresh token');
  const tokens = { accessToken: result.AccessToken, refreshToken, expiresInSeconds: result.ExpiresIn };
  return { kind: 'signed-in', tokens };
}

const REASONS: Readonly<Record<string, SignInRefusal>> = {
  NotAuthorizedException: 'wrong-password',
  UserNotFoundException: 'wrong-password',
  UsernameExistsException: 'account-exists',
  UserNotConfirmedException: 'not-confirmed',
  InvalidPasswordException: 'weak-password',
  InvalidParameterException: 'invalid-email',
  CodeMismatchException: 'wrong-code',
  EnableSoftwareTokenMFAException: 'wrong-code',
  ExpiredCodeException: 'expired-code',
  RefreshTokenReuseException: 'session-ended',
  TooManyRequestsException: 'too-many-attempts',
  TooManyFailedAttemptsException: 'too-many-attempts',
  LimitExceededException: 'too-many-attempts',
  UserLambdaValidationException: 'not-allowed',
};

const SENTENCES: Readonly<Record<SignInRefusal, string>> = {
  'wrong-password': 'The email address or the password is wrong.',
  'account-exists': 'There is an account with this email address already.',
  'not-confirmed': 'The email address has not been confirmed yet.',
  'weak-password': 'The password is too weak.',
  'invalid-email': 'The email address or the password is not acceptable.',
  'wrong-code': 'The code is wrong.',
  'expired-code': 'The code has expired.',
  'session-ended': 'The sign-in has ended.',
  'too-many-attempts': 'Too many attempts: wait a few minutes.',
  'not-allowed': 'This deployment does not accept sign-ups with this address.',
};

/** The pool's own words are added where they tell more, such as which rule a password breaks. */
function refused(reason: SignInRefusal, detail?: string): SignInRefused {
  const adds = reason === 'weak-password' || reason === 'invalid-email' || reason === 'not-allowed';
  return { kind: 'refused', reason, message: SENTENCES[reason] + (adds && detail !== undefined ? ` ${detail}` : '') };
}
