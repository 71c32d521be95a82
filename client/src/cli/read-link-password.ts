import { LINK_PASSWORD_CHARS_MAX, LinkPassword } from '@syncline/protocol';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { readPasswordLine } from './read-credentials.ts';

/** The password of a link, from standard input. @throws CommandError when there is none, or none that a link can have; `example` says how to give it. */
export async function readLinkPassword(context: CommandContext, example: string): Promise<string> {
  const password = LinkPassword.safeParse(await readPasswordLine(context, example));
  if (password.success) return password.data;
  throw new CommandError({
    reason: 'usage',
    code: 'bad_password',
    message: 'The password on standard input cannot be the password of a link.',
    remedy: `Such a password has at most ${LINK_PASSWORD_CHARS_MAX} characters, all of them printable ones of ASCII, and no space at its ends.`,
  });
}
