/**
 * Names in package-lock.json the native packages of every platform, not only of the machine that wrote it.
 * npm leaves out what its registry did not offer at that moment, and `npm ci` refuses such a lock on every machine.
 * The added entries carry the exact version that their parent asks for. Run it after `npm install`: `npm run lock`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OPERATING_SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The part of package-lock.json that matters here. */
export interface PackageLock {
  packages: Record<string, LockedPackage>;
}

interface NativePackage {
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}

/** Optional dependencies that the lock does not resolve. */
export function missingNativePackages(lock: PackageLock): readonly NativePackage[] {
  const missing = new Map<string, NativePackage>();
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!resolves(lock.packages, path, name)) missing.set(name, { name, version, dev: entry.dev === true });
    }
  }
  return [...missing.values()];
}

function resolves(packages: PackageLock['packages'], path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined) return true;
    if (folder === '') return false;
  }
}

/** The entry of a native package; its name says where it runs: `@scope/binding-linux-x64-musl`. */
function nativeEntry({ name, version, dev }: NativePackage): LockedPackage {
  const words = name.slice(name.indexOf('/') + 1).split('-');
  const os = OPERATING_SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`cannot tell from its name where ${name} runs`);
  const libc = words.some((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {};
  return { version, cpu, ...(dev ? { dev } : {}), ...libc, optional: true, os };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(path, 'utf8')) as PackageLock;
  const missing = missingNativePackages(lock);
  for (const native of missing) lock.packages[`node_modules/${native.name}`] = nativeEntry(native);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`package-lock.json: ${missing.length} native packages of other platforms added\n`);
}
