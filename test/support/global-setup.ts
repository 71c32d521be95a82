import type { LocalStack } from '../../emulator/local-stack.ts';
import { type EngineSwitch, openEngineSwitch, SWITCH_VARIABLE } from './engine-switch.ts';
import publishClient from './global-client.ts';
import { startLocalStack } from './local-stack.ts';
import { SHARED_STACK_VARIABLE } from './shared-stack.ts';

let stack: LocalStack | undefined;
let engineSwitch: EngineSwitch | undefined;

/** Starts the one stack that all tests of a run share; Jest runs this before the first test file. */
export default async function setUp(): Promise<void> {
  await publishClient();
  stack = await startLocalStack({ webPort: 0 });
  process.env[SHARED_STACK_VARIABLE] = JSON.stringify(stack.outputs);
  if (stack.searchEngine === undefined) return;
  engineSwitch = await openEngineSwitch(stack.searchEngine);
  process.env[SWITCH_VARIABLE] = engineSwitch.url;
}

/** Stops it. Should Jest be killed before, the emulator stops by itself. */
export async function stopSharedStack(): Promise<void> {
  await engineSwitch?.close();
  await stack?.stop();
}
