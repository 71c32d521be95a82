/** `npm run drill`: on a local stack of its own, tables are lost and set back as docs/OPERATING.md says; ends with 1 when a byte is lost. */
import { startLocalStack } from '../support/local-stack.ts';
import { runRestoreDrill } from './restore-drill.ts';

const stack = await startLocalStack();
try {
  await runRestoreDrill(stack.outputs, (line) => console.log(line));
  console.log('Nothing was lost.');
} catch (failure) {
  console.log(failure instanceof Error ? failure.message : failure);
  process.exitCode = 1;
} finally {
  await stack.stop();
}
