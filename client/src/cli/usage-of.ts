import type { Command } from 'commander';

/** How the command that these words name is written: `syncline get [options] <remote> [local]`. Undefined when they name none. */
export function usageOf(program: Command, words: readonly string[]): string | undefined {
  let named = program;
  for (const word of words.filter((one) => !one.startsWith('-'))) {
    const found = named.commands.find((command) => command.name() === word);
    if (found === undefined) break;
    named = found;
  }
  return named === program ? undefined : program.createHelp().commandUsage(named);
}
