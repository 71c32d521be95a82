/** Checks the types of every program of the repository: one per tsconfig.json, so that each layer sees only what it may. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = globSync('**/tsconfig.json', { cwd: root, exclude: ['**/node_modules', '.local', 'cdk.out', 'dist'] });
let failed = 0;
for (const program of programs.toSorted()) {
  const { status } = spawnSync('node_modules/.bin/tsc', ['-p', program, '--pretty', 'false'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) failed += 1;
  process.stdout.write(`types ${status === 0 ? 'ok' : 'FAILED'} ${program}\n`);
}
process.exitCode = failed === 0 ? 0 : 1;
