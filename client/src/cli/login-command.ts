import type { Command } from 'commander';
import type { Credentials } from '../api/user-pool.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { reloadDaemon } from './daemon-link.ts';
import { escapeText } from './escape-text.ts';
import { parseDeviceName } from './parse-device-name.ts';
import { ask, type CredentialOptions, readCredentials } from './read-credentials.ts';
import { openSignInService, type SignInService, signInError } from './sign-in.ts';

export interface SignInOptions extends CredentialOptions {
  readonly api?: string | undefined;
  readonly deviceName?: string | undefined;
  readonly factorCode?: string | undefined;
}

export function registerLogin(program: Command, run: RunCommand): void {
  withSignInOptions(program.command('login').description('Signs this device in.')).action(run(logIn));
}

export function withSignInOptions(command: Command): Command {
  return command
    .option('--email <email>', 'email address of the account')
    .option('--password-stdin', 'read the password from the first line of standard input')
    .option('--api <url>', 'the Syncline to sign in to')
    .option('--factor-code <code>', 'what the authenticator app shows, where the account has a second factor')
    .option(
      '--device-name <name>',
      'how the account shall call this device (default: the name of this computer)',
      parseDeviceName,
    );
}

async function logIn(context: CommandContext, _words: readonly [], options: SignInOptions): Promise<void> {
  const service = await openSignInService(context, options);
  try {
    await finishSignIn(context, { service, credentials: await readCredentials(context, options), options });
  } finally {
    await service.close();
  }
}

/** Signs in, registers the device, keeps the tokens and says so. */
export async function finishSignIn(
  context: CommandContext,
  job: { readonly service: SignInService; readonly credentials: Credentials; readonly options: SignInOptions },
): Promise<void> {
  const { service, credentials, options } = job;
  const first = await service.userPool.signIn(credentials);
  const outcome =
    first.kind === 'second-factor'
      ? await service.userPool.answerSecondFactor({
          email: credentials.email,
          session: first.session,
          code: options.factorCode ?? (await ask(context, 'The code of your authenticator app', '--factor-code CODE')),
        })
      : first;
  if (outcome.kind === 'refused') throw signInError(outcome);
  const { account, deviceId, deviceName, isReplaced } = await service.finish(outcome.tokens, {
    ...options,
    email: credentials.email,
  });
  const { accountId, homeNamespaceId } = account;
  await reloadDaemon(context);
  context.output.result({ accountId, homeNamespaceId, email: credentials.email, deviceId, deviceName }, [
    `Signed in as ${escapeText(credentials.email)}, on the device '${escapeText(deviceName)}'.`,
    ...(isReplaced ? ['The device of this installation was unlinked, so this is a new one.'] : []),
  ]);
}
