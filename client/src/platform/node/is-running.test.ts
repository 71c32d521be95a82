import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { isRunning } from './is-running.ts';

const LOOK_EACH_MS = 10;
const LOOKS_MAX = 1000;

let parent: ChildProcess | undefined;

afterEach(() => void parent?.kill('SIGKILL'));

test('this process runs', () => {
  expect(isRunning(process.pid)).toBe(true);
});

test('a process that was asked for its end does not run', async () => {
  const child = spawn(process.execPath, ['--version']);
  await once(child, 'exit');
  expect(isRunning(child.pid ?? 0)).toBe(false);
});

// Other systems do not tell.
if (process.platform === 'linux') {
  test('a process that has ended does not run, though nobody asks for its end', async () => {
    parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(parent.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isRunning(pid)).toBe(true);
    for (let looks = 0; looks < LOOKS_MAX && isRunning(pid); looks++) await setTimeout(LOOK_EACH_MS);
    expect(isRunning(pid)).toBe(false);
    // The system still has its id.
    expect(process.kill(pid, 0)).toBe(true);
  });
}
