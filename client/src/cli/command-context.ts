import type { Session } from './open-session.ts';
import type { Output, OutputStreams } from './output.ts';

/** What a command works with. */
export interface CommandContext {
  readonly output: Output;
  readonly streams: OutputStreams;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Directory of this installation's configuration and state. */
  readonly home: string;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Opens the session, once. @throws CommandError when nobody is signed in. */
  readonly session: () => Promise<Session>;
}

/** What a command does: with the words of its arguments in their order, and its options. */
export type CommandAction<W extends readonly unknown[], O> = (
  context: CommandContext,
  words: W,
  options: O,
) => Promise<void>;

/** Makes an action what commander calls; main takes care of errors and exit codes. */
export type RunCommand = <W extends readonly unknown[], O>(
  action: CommandAction<W, O>,
) => (...given: unknown[]) => Promise<void>;
