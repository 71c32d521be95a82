/**
 * Installs the project's npm packages when they are not what package-lock.json names, and tells where the project's own
 * Node is. Plain JavaScript without dependencies: it is what runs first on a fresh clone, on any Node from 20 on.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 20;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';

/** The Node that Syncline runs on, whatever runs this program. */
export const projectNode = path.join(root, 'node_modules/node/bin', windows ? 'node.exe' : 'node');

/** An environment in which the project's own Node and tools are found first. */
export function projectEnvironment() {
  const folders = [path.dirname(projectNode), path.join(root, 'node_modules/.bin'), process.env.PATH ?? ''];
  return { ...process.env, PATH: folders.join(path.delimiter) };
}

/**
 * Idempotent; installs nothing when everything is there.
 * @throws Error that tells a person what to do when the packages cannot be installed.
 */
export function installDependencies() {
  const major = Number(process.versions.node.split('.', 1)[0]);
  if (major < NODE_MAJOR_MIN) {
    throw new Error(
      `Syncline needs Node ${NODE_MAJOR_MIN} or later to start; this is ${process.version}. See https://nodejs.org`,
    );
  }
  if (isInstalled()) return;
  process.stdout.write('Installing npm packages (once, into node_modules of this folder) …\n');
  // npm is a script file on Windows, and those run in a shell only; no argument of ours needs quoting.
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: windows,
  });
  if (error !== undefined)
    throw new Error(`npm could not be run: ${error.message}. It comes with Node: https://nodejs.org`);
  if (status !== 0) throw new Error('npm could not install the packages; its own message stands above.');
  if (!isInstalled())
    throw new Error('npm left packages out. Does its configuration forbid install scripts (ignore-scripts)?');
}

/** Compares what npm says it has installed with what the lock asks for; packages of other platforms may be absent. */
function isInstalled() {
  const record = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record) || !existsSync(projectNode)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([place, entry]) =>
      !place.startsWith('node_modules/') || entry.optional || installed[place]?.version === entry.version,
  );
}
