/**
 * `npm test`: sets everything up, runs every check and every suite, and ends with the line `N passed, N failed`.
 * Plain JavaScript without dependencies, so that it runs on a fresh clone. Whatever does not run counts as failed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies, projectEnvironment, projectNode } from '../../emulator/install-dependencies.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const reports = mkdtempSync(path.join(tmpdir(), 'syncline-tests-'));
const MINUTE_MS = 60_000;

const bin = (tool) => path.join(root, 'node_modules/.bin', tool);
const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

/** A step with a `report` counts what that tells, tests or planted bugs; any other is one check, passed or failed. */
const STEPS = [
  { name: 'format', file: bin('biome'), args: ['format', '.'], timeoutMs: 2 * MINUTE_MS },
  { name: 'lint', file: bin('oxlint'), args: ['--max-warnings', '0'], timeoutMs: 5 * MINUTE_MS },
  { name: 'types', file: projectNode, args: ['test/support/check-types.ts'], timeoutMs: 5 * MINUTE_MS },
  suite('unit', ['--maxWorkers', '2'], 25 * MINUTE_MS),
  {
    ...suite('stack', ['--config', 'jest.stack.config.mjs', '--runInBand'], 25 * MINUTE_MS),
    // Its stories wait for each other's devices for much of their time, and share one stack, so they come one after the other.
    filler: plantedBugs(25 * MINUTE_MS),
  },
];

function suite(name, args, timeoutMs) {
  const report = path.join(reports, `${name}.json`);
  const step = { name, file: projectNode, args: [...JEST, ...args, '--json', '--outputFile', report], timeoutMs };
  return { ...step, report, read: countTests };
}

/** Each bug that the suite catches is one passed. */
function plantedBugs(timeoutMs) {
  const report = path.join(reports, 'bugs.json');
  // The suite has just run without any bug, by the same seed.
  const args = ['test/bug-bank/run.ts', '--report', report, '--sound', path.join(reports, 'unit.json')];
  return { name: 'bugs', file: projectNode, args, timeoutMs, report, read: (score) => score };
}

/** What decides how the code behaves. */
const CODE = ['client', 'emulator', 'lambdas', 'lib', 'protocol', 'test', 'package-lock.json'];

/**
 * Properties try other cases whenever the code has changed, and the same ones as long as it has not: whoever reads of a failure can replay
 * it, and what was green is green elsewhere. `npm run nightly` and a single suite draw new cases each time.
 */
function drawSeed() {
  const { stdout } = spawnSync('git', ['ls-tree', 'HEAD', '--', ...CODE], { cwd: root, encoding: 'utf8' });
  return createHash('sha256')
    .update(stdout ?? '')
    .digest()
    .readInt32BE(0);
}

const testEnvironment = { ...projectEnvironment(), FAST_CHECK_SEED: process.env.FAST_CHECK_SEED ?? `${drawSeed()}` };
const running = new Set();

/** Runs a step in a process group of its own, so that nothing it started outlives it, and says how it went. */
async function run({ name, file, args, timeoutMs }, { isFiller }) {
  const startedAt = performance.now();
  const stdio = isFiller ? ['ignore', 'pipe', 'pipe'] : 'inherit';
  const child = spawn(file, args, { cwd: root, env: testEnvironment, stdio, detached: true });
  running.add(child);
  const said = [`\n── ${name}\n`];
  const say = isFiller ? (text) => said.push(text) : (text) => process.stdout.write(text);
  if (isFiller) {
    giveWay(child);
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', say);
  } else {
    process.stdout.write(said.join(''));
  }
  const timer = setTimeout(() => {
    say(`${name} did not end within ${timeoutMs / MINUTE_MS} minutes\n`);
    endGroup(child, 'SIGKILL');
  }, timeoutMs);
  const status = await new Promise((resolve) => {
    child.once('error', (error) => {
      say(`${error.message}\n`);
      resolve(1);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
  clearTimeout(timer);
  running.delete(child);
  return { status, seconds: Math.round((performance.now() - startedAt) / 1000), said: isFiller ? said.join('') : '' };
}

/** Lets it have what others leave of the processors. */
function giveWay(child) {
  try {
    setPriority(child.pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has not begun, which its own error says, or the system does not let it: then it takes its share.
  }
}

function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Already gone, which is what was wanted.
  }
}

/** A step that leaves no report, or that fails for a reason that the report does not tell, has failed. */
function countReport({ report, read }, status) {
  let count;
  try {
    count = read(JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    return { passed: 0, failed: 1 };
  }
  return { passed: count.passed, failed: count.failed === 0 && status !== 0 ? 1 : count.failed };
}

/** A skipped test proves nothing, and a suite that cannot be loaded hides its tests: both count as failed. */
function countTests(results) {
  const failed =
    results.numFailedTests + results.numRuntimeErrorTestSuites + results.numPendingTests + results.numTodoTests;
  return { passed: results.numPassedTests, failed };
}

/** One step after the other; the filler of a step runs beside it, and what it says is told after it. */
async function runAll() {
  const total = { passed: 0, failed: 0 };
  const summary = [];
  const settle = (step, { status, seconds, said }) => {
    process.stdout.write(said);
    const count =
      step.report === undefined
        ? { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 }
        : countReport(step, status);
    total.passed += count.passed;
    total.failed += count.failed;
    summary.push(`${step.name.padEnd(8)} ${count.passed} passed, ${count.failed} failed in ${seconds} s`);
  };
  for (const step of STEPS) {
    const { filler } = step;
    const filling = filler === undefined ? undefined : run(filler, { isFiller: true });
    settle(step, await run(step, { isFiller: false }));
    if (filler !== undefined) settle(filler, await filling);
  }
  process.stdout.write(`\n${summary.join('\n')}\n`);
  return total;
}

function end({ passed, failed }) {
  rmSync(reports, { recursive: true, force: true });
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`, () =>
    process.exit(failed === 0 && passed > 0 ? 0 : 1),
  );
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const child of running) endGroup(child, signal);
    process.stdout.write(`\nstopped by ${signal}\n`);
    end({ passed: 0, failed: 1 });
  });
}

try {
  installDependencies();
  process.stdout.write(`properties: seed ${testEnvironment.FAST_CHECK_SEED}\n`);
  end(await runAll());
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  end({ passed: 0, failed: 1 });
}
