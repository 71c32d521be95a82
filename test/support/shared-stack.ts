import type { LocalOutputs } from '../../emulator/local-stack.ts';

export type { LocalOutputs };

/** Where the global set-up of the end-to-end tests leaves the outputs of the one stack that they share. */
export const SHARED_STACK_VARIABLE = 'SYNCLINE_TEST_STACK';

/** The stack that all end-to-end tests of a run share. @throws Error when the global set-up has not run. */
export function sharedStack(): LocalOutputs {
  const outputs = process.env[SHARED_STACK_VARIABLE];
  if (outputs === undefined) throw new Error('end-to-end tests need the stack that their global set-up starts');
  return JSON.parse(outputs) as LocalOutputs;
}
