import type { HttpAnswer } from './http-api.ts';

const TOKEN_SECONDS = 86_400;

/** Answers what the command line and the web app ask a user pool. Everybody is let in: the access token is the email address. */
export function answerUserPool(body: string): HttpAnswer {
  const request = JSON.parse(body) as {
    readonly Username?: string;
    readonly AuthParameters?: { readonly USERNAME?: string };
    readonly RefreshToken?: string;
    readonly AccessToken?: string;
  };
  const { Username, AuthParameters, RefreshToken, AccessToken } = request;
  const email = Username ?? AuthParameters?.USERNAME ?? RefreshToken ?? AccessToken ?? '';
  const AuthenticationResult = { AccessToken: email, RefreshToken: email, ExpiresIn: TOKEN_SECONDS };
  return {
    statusCode: 200,
    headers: {},
    body: JSON.stringify({
      UserConfirmed: true,
      UserAttributes: [{ Name: 'email', Value: email }],
      AuthenticationResult,
    }),
  };
}

/** The claims of an access token of this pool. */
export function claimsOfToken(authorization: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const [, email] = /^Bearer (.+)$/.exec(authorization ?? '') ?? [];
  if (email === undefined) return undefined;
  return { iss: 'https://issuer.memory.test', sub: email, token_use: 'access', client_id: 'memory' };
}
