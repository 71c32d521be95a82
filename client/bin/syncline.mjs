#!/usr/bin/env node
/**
 * Starts the command line on a Node that can run it. Plain JavaScript, for any Node: an older one hands over to the Node that
 * comes with the project.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24;

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
  await runHere();
} else {
  runOnProjectNode();
}

async function runHere() {
  module.enableCompileCache?.();
  hideSqliteWarning();
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const entry = existsSync(source) ? source : new URL('../dist/syncline.mjs', import.meta.url);
  const { main } = await import(entry.href);
  process.exitCode = await main(process.argv.slice(2));
}

/** That node:sqlite may still change is the project's concern, which pins the Node that it is tested with. */
function hideSqliteWarning() {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    if (rest[0] === 'ExperimentalWarning' && String(warning).includes('SQLite')) return;
    emitWarning(warning, ...rest);
  };
}

function runOnProjectNode() {
  const node = findProjectNode();
  if (node === undefined) {
    console.error(`syncline: this is Node ${process.versions.node}, and Syncline needs Node ${NODE_MAJOR_MIN}.`);
    console.error('Install it from https://nodejs.org, or run `npm install` in the project, which brings it.');
    process.exitCode = 70;
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends its signals to the child too; those of other senders are passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`syncline: the project's Node could not be started: ${error.message}`);
    process.exitCode = 70;
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? code : 128 + (constants.signals[signal] ?? 0));
  });
}

function findProjectNode() {
  try {
    const home = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    return [join(home, 'bin', 'node'), join(home, 'bin', 'node.exe')].find((file) => existsSync(file));
  } catch {
    // The package is not installed: the caller says what to do.
    return undefined;
  }
}
