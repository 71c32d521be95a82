import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

const MAIN = path.join(import.meta.dirname, '..', '..', 'admin', 'main.ts');
const OUTPUTS = 'outputs.json';
/** A command that hangs is a failure, not a reason to wait for ever. */
const COMMAND_MS_MAX = 120_000;

export interface AdminResult {
  readonly exitCode: number | null;
  /** All that it printed, in the order in which it did. */
  readonly text: string;
}

/** Says in a folder of its own which local stack the operator's commands of this folder are about. Answers the file. */
export async function nameStack(folder: string, outputs: object): Promise<string> {
  const file = path.join(folder, OUTPUTS);
  await writeFile(file, JSON.stringify(outputs));
  return file;
}

/** Runs a command of the operator's as a process, in a folder that names the stack, and waits for its end. */
export async function runAdmin(folder: string, args: readonly string[]): Promise<AdminResult> {
  const child = spawn(process.execPath, [MAIN, ...args, '--outputs', path.join(folder, OUTPUTS)], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', INIT_CWD: folder },
    timeout: COMMAND_MS_MAX,
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stderr.on('data', (part: Buffer) => parts.push(part));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { exitCode, text: Buffer.concat(parts).toString() };
}
