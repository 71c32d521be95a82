import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ensurePythonEnvironment } from './python-environment.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'syncline-python-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** What a person is told whose PATH holds nothing but these programs. */
async function complaintWith(programs: Readonly<Record<string, string>>): Promise<unknown> {
  for (const [name, script] of Object.entries(programs)) {
    const file = path.join(directory, name);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }
  return ensurePythonEnvironment({
    localDir: path.join(directory, '.local'),
    requirementsFile: path.join(import.meta.dirname, 'requirements.txt'),
    env: { PATH: directory },
    log: () => undefined,
  }).catch((error: unknown) => error);
}

describe('a machine that cannot run the emulator is told what it lacks', () => {
  test('when there is no Python, and how to get it', async () => {
    expect(await complaintWith({})).toMatchObject({
      name: 'StartProblem',
      message: 'Python is needed for the AWS emulator: there is no "python3" in PATH.',
      remedy: expect.stringMatching(/apt install python3 python3-venv[^]*brew install python3[^]*winget install/),
    });
  });

  test('when Python is too old', async () => {
    expect(await complaintWith({ python3: 'echo 3.9' })).toMatchObject({
      message: 'Python is needed for the AWS emulator: python3 is version 3.9, which is too old.',
      remedy: expect.stringContaining('Install Python 3.10 or newer'),
    });
  });

  test('when Python came without the part that makes environments', async () => {
    const python3 = `echo 3.12\necho "ModuleNotFoundError: No module named 'ensurepip'" >&2\nexit 1`;
    expect(await complaintWith({ python3 })).toMatchObject({
      message: expect.stringContaining(
        'python3 (version 3.12) lacks "ensurepip", which its package python3-venv brings',
      ),
    });
  });

  test('when the environment cannot be made, with the words of the command that failed', async () => {
    const python3 = 'case "$1" in -c) echo 3.12 ;; *) echo "No space left on device" >&2; exit 1 ;; esac';
    expect(await complaintWith({ python3 })).toMatchObject({
      message: expect.stringMatching(
        /making a virtual environment for Python[^]*exit code 1[^]*No space left on device/,
      ),
    });
  });
});
