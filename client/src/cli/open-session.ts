import { configurationDirectory } from '../platform/node/configuration-directory.ts';
import { readSignIn, type Session, startSession } from '../sync/session.ts';
import { CommandError } from './command-error.ts';

export type { Session } from '../sync/session.ts';

/**
 * Opens the session that the last sign-in left in this installation. Makes no request.
 *
 * @throws CommandError  nobody is signed in (exit code 3).
 */
export async function openSession(options: { readonly home?: string } = {}): Promise<Session> {
  const home = options.home ?? configurationDirectory(process.env);
  const signIn = await readSignIn(home);
  if (signIn === undefined) throw notSignedIn();
  return startSession(home, signIn);
}

export function notSignedIn(): CommandError {
  return new CommandError({
    reason: 'notSignedIn',
    code: 'not_signed_in',
    message: 'Nobody is signed in on this device.',
    remedy: 'Sign in with `syncline login --email YOU@EXAMPLE.COM`, or make an account with `syncline signup`.',
  });
}
