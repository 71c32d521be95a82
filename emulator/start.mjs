/**
 * `npm start`: installs the project's packages when they are missing, then runs the local stack on the project's own Node.
 * Plain JavaScript without dependencies, because on a fresh clone there is nothing else yet.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies, projectEnvironment, projectNode } from './install-dependencies.mjs';

try {
  installDependencies();
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

// The pipe on descriptor 3 tells the child that this process is gone, should it be killed without a word.
const main = path.join(path.dirname(fileURLToPath(import.meta.url)), 'main.ts');
const child = spawn(projectNode, [main, ...process.argv.slice(2)], {
  env: projectEnvironment(),
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});

// Ctrl-C reaches the child too, which stops gently; this process ends when the child has ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('close', (code) => process.exit(code ?? 1));

// npm runs scripts in a shell that does not pass signals on: when npm is stopped, only the change of parent shows it.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) child.kill('SIGTERM');
}, 500).unref();
