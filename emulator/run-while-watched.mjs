/**
 * Runs a program for as long as whoever started this holds its input open: `run-while-watched.mjs FILE ARGUMENT…`. For programs that do not
 * notice themselves that nobody is there any more, should the starter be killed without a word.
 */
import { spawn } from 'node:child_process';

const END_MS_MAX = 15_000;

const [file = '', ...args] = process.argv.slice(2);
const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] });

function end() {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), END_MS_MAX).unref();
}

process.stdin.once('end', end).once('error', end).resume();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.once('close', (code) => process.exit(code ?? 1));
