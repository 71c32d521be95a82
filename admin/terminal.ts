import { SECOND_MS } from '@syncline/protocol';

/** Where a command speaks: results to the standard output, how far it is to the error output. */
export interface Terminal {
  say(text: string): void;
  progress(text: string): void;
}

const PROGRESS_MS_MIN = 2 * SECOND_MS;

export function processTerminal(now: () => number): Terminal {
  let toldAt = 0;
  return {
    say: (text) => void process.stdout.write(`${text}\n`),
    progress: (text) => {
      if (now() - toldAt < PROGRESS_MS_MIN) return;
      toldAt = now();
      process.stderr.write(`  ${text}\n`);
    },
  };
}
