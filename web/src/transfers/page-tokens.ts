import { type AccessTokens, UnavailableError } from '@syncline/client';
import { TOKEN_WAIT_MS } from './limits.ts';

/** Access tokens of the page, for a worker: it never has the token that buys others. */
export interface PageTokens extends AccessTokens {
  /** The page's answer to a call. */
  settle(call: number, token: string | undefined): void;
}

/** `ask` sends a question to the page. @throws UnavailableError by `current` and `renew` when the page does not answer. */
export function createPageTokens(ask: (call: number, refused: string | undefined) => void): PageTokens {
  const waiting = new Map<number, (token: string | undefined) => void>();
  let calls = 0;
  const wanted = (refused: string | undefined): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      calls += 1;
      const call = calls;
      const timer = setTimeout(() => {
        waiting.delete(call);
        reject(new UnavailableError('the page gave no token'));
      }, TOKEN_WAIT_MS);
      waiting.set(call, (token) => {
        clearTimeout(timer);
        resolve(token);
      });
      ask(call, refused);
    });
  return {
    current: () => wanted(undefined),
    renew: (refused) => wanted(refused),
    settle: (call, token) => {
      waiting.get(call)?.(token);
      waiting.delete(call);
    },
  };
}
