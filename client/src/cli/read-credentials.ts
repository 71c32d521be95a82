import { password as askPassword, text as askText, isCancel } from '@clack/prompts';
import type { Credentials } from '../api/user-pool.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';

/** Longest password that is read from standard input, in bytes. */
const PASSWORD_BYTES_MAX = 4096;

export interface CredentialOptions {
  readonly email?: string | undefined;
  readonly passwordStdin?: boolean | undefined;
}

/** The credentials from options and standard input, or asked for on the terminal. */
export async function readCredentials(context: CommandContext, options: CredentialOptions): Promise<Credentials> {
  const email = options.email ?? (await ask(context, 'Email address', '--email EMAIL'));
  if (options.passwordStdin === true) return { email, password: await readPasswordLine(context, SIGN_IN_EXAMPLE) };
  requireTerminal(context, '--password-stdin');
  const password = await askPassword({ message: 'Password', output: context.streams.stderr, signal: context.signal });
  return { email, password: answered(password) };
}

/** Asks for one line on the terminal; without one, `option` is what to give instead. */
export async function ask(context: CommandContext, message: string, option: string): Promise<string> {
  requireTerminal(context, option);
  return answered(await askText({ message, output: context.streams.stderr, signal: context.signal })).trim();
}

/** Whether people can be asked. */
export function hasTerminal({ streams, output }: CommandContext): boolean {
  return streams.stdin.isTTY && streams.stderr.isTTY && !output.json;
}

function requireTerminal(context: CommandContext, option: string): void {
  if (hasTerminal(context)) return;
  throw new CommandError({
    reason: 'usage',
    code: 'no_terminal',
    message: 'There is no terminal to ask on.',
    remedy: `Give it with ${option}.`,
  });
}

function answered(answer: string | symbol): string {
  if (isCancel(answer)) {
    throw new CommandError({ reason: 'interrupted', code: 'interrupted', message: 'Stopped; nothing was done.' });
  }
  return String(answer);
}

const SIGN_IN_EXAMPLE = 'printf %s "$PASSWORD" | syncline login --email EMAIL --password-stdin';

/** The first line of standard input. @throws CommandError when there is none; `example` says how to give it. */
export async function readPasswordLine({ streams }: CommandContext, example: string): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of streams.stdin) {
    parts.push(Buffer.from(part as Uint8Array));
    length += (part as Uint8Array).length;
    if (length > PASSWORD_BYTES_MAX) break;
  }
  const line = Buffer.concat(parts).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
  if (line !== '' && length <= PASSWORD_BYTES_MAX) return line;
  throw new CommandError({
    reason: 'usage',
    code: 'no_password',
    message: line === '' ? 'No password came on standard input.' : 'The password on standard input is too long.',
    remedy: `Give it as the first line, such as: ${example}`,
  });
}
