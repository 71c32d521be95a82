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

/** How a command is added to the program: `run` gives its action the context and takes care of errors and exit codes. */
export type RunCommand = <A extends readonly unknown[]>(
  action: (context: CommandContext, ...given: A) => Promise<void>,
) => (...given: [...A, ...unknown[]]) => Promise<void>;
