import { createHash } from 'node:crypto';
import { AccountId, encodeUlid } from '@syncline/protocol';
import type { Caller } from './caller.ts';

/** Whose members run the deployment. */
const OPERATORS = 'operators';

type Claims = Readonly<Record<string, unknown>>;

/**
 * The caller that the claims of a verified access token name; undefined when they name none. The authorizer has checked
 * signature, issuer, audience and times; that it is an access token and no id token is checked here.
 */
export function readCaller(claims: Claims | undefined): Caller | undefined {
  const issuer = claims?.['iss'];
  const subject = claims?.['sub'];
  if (typeof issuer !== 'string' || typeof subject !== 'string' || issuer === '' || subject === '') return undefined;
  const use = claims?.['token_use'];
  if (use !== undefined && use !== 'access') return undefined;
  const accountId = accountIdOf({ issuer, subject });
  const email = claims?.['email'];
  const isVerified = String(claims?.['email_verified']) === 'true';
  const signIn = signInOf(claims);
  return {
    accountId,
    ...(typeof email === 'string' && isVerified ? { email } : {}),
    ...(signIn === undefined ? {} : { signIn }),
    ...(groupsOf(claims).includes(OPERATORS) ? { isOperator: true } : {}),
  };
}

/**
 * What all tokens of one sign-in have in common: Cognito puts it into `origin_jti`, through all renewals; OpenID Connect's own claim is `sid`.
 * Its hash is told, which has one length whatever an issuer writes. Undefined where it writes neither.
 * Source: Amazon Cognito, "Understanding the access token"; OpenID Connect Front-Channel Logout 1.0, section 3.
 */
function signInOf(claims: Claims | undefined): string | undefined {
  const named = claims?.['origin_jti'] ?? claims?.['sid'];
  if (typeof named !== 'string' || named === '') return undefined;
  return encodeUlid(createHash('sha256').update(named).digest().subarray(0, 16));
}

/**
 * The groups of the user pool that a token names. The authorizer hands a list on as one text, `[a b]`; names of groups have no spaces.
 * Source: Amazon Cognito, "Understanding the access token"; Amazon API Gateway, "JWT authorizers for HTTP APIs".
 */
function groupsOf(claims: Claims | undefined): readonly unknown[] {
  const named = claims?.['cognito:groups'];
  if (Array.isArray(named)) return named;
  return typeof named === 'string' ? named.replace(/^\[(.*)\]$/, '$1').split(' ') : [];
}

/** One account per issuer and subject: neither half alone can be chosen to meet another's account. */
export function accountIdOf(identity: { readonly issuer: string; readonly subject: string }): AccountId {
  const digest = createHash('sha256').update(`${identity.issuer}\0${identity.subject}`).digest();
  return AccountId.parse(encodeUlid(digest.subarray(0, 16)));
}
