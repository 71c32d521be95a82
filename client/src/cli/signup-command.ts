import type { Command } from 'commander';
import type { Credentials, UserPool } from '../api/user-pool.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { finishSignIn, type SignInOptions, withSignInOptions } from './login-command.ts';
import { ask, hasTerminal, readCredentials } from './read-credentials.ts';
import { openSignInService, type SignInService, signInError } from './sign-in.ts';

interface SignupOptions extends SignInOptions {
  readonly code?: string | undefined;
}

export function registerSignup(program: Command, run: RunCommand): void {
  withSignInOptions(program.command('signup').description('Makes an account and signs this device in.'))
    .option('--code <code>', 'confirmation code from the mail of an earlier sign-up')
    .action(run(signUp));
}

async function signUp(context: CommandContext, _words: readonly [], options: SignupOptions): Promise<void> {
  const service = await openSignInService(context, options);
  try {
    const credentials = await readCredentials(context, options);
    if (options.code === undefined) await makeAccount(context, service, credentials);
    else await confirm(service.userPool, credentials.email, options.code);
    await finishSignIn(context, { service, credentials, options });
  } finally {
    await service.close();
  }
}

async function makeAccount(
  context: CommandContext,
  { userPool }: SignInService,
  credentials: Credentials,
): Promise<void> {
  const outcome = await userPool.signUp(credentials);
  if (outcome.kind === 'refused') throw signInError(outcome);
  if (outcome.confirmed) return;
  if (!hasTerminal(context)) {
    throw new CommandError({
      reason: 'notSignedIn',
      code: 'not_confirmed',
      message: `The account was made, and a code was sent to ${credentials.email} to confirm it.`,
      remedy: 'Repeat the command with `--code CODE`.',
    });
  }
  const code = await ask(context, `The code that was sent to ${credentials.email}`, '--code CODE');
  await confirm(userPool, credentials.email, code);
}

async function confirm(userPool: UserPool, email: string, code: string): Promise<void> {
  const outcome = await userPool.confirmSignUp({ email, code });
  if (outcome.kind === 'refused') throw signInError(outcome);
}
