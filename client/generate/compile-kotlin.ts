/**
 * `npm run kotlin`: makes a client in Kotlin from docs/openapi.json, in dist/kotlin or a folder that is named as the argument, and compiles it. Needs
 * Java 17 and Maven, which fetch the generator and the compiler. No part of the tests: it takes minutes, and a network.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const GENERATOR = 'org.openapitools:openapi-generator-cli:7.17.0';
const POM = join(import.meta.dirname, 'kotlin-client.pom.xml');

const out = resolve(process.argv[2] ?? join(ROOT, 'dist', 'kotlin'));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const contract = join(out, 'openapi.json');
writeFileSync(
  contract,
  JSON.stringify(withWholeNumbers(JSON.parse(readFileSync(join(ROOT, 'docs', 'openapi.json'), 'utf8')))),
);
const copied = ['dependency:copy', `-Dartifact=${GENERATOR}`, `-DoutputDirectory=${out}`, '-Dmdep.stripVersion=true'];
run('mvn', ['-q', '-B', ...copied]);
const names = ['packageName=syncline.client', 'serializationLibrary=kotlinx_serialization', 'dateLibrary=string'];
const kind = ['-g', 'kotlin', '--library', 'jvm-okhttp4', '--additional-properties', names.join(',')];
// Each enumeration of Kotlin has a `name` of its own already.
const renamed = ['--enum-name-mappings', 'name=byName'];
const generator = [
  '-jar',
  join(out, 'openapi-generator-cli.jar'),
  'generate',
  '-i',
  contract,
  '-o',
  join(out, 'client'),
];
run('java', [...generator, ...kind, ...renamed]);
const sources = join(out, 'client', 'src', 'main', 'kotlin');
const target = join(out, 'classes');
run('mvn', ['-q', '-B', '-f', POM, 'compile', `-Dsources=${sources}`, `-Dtarget=${target}`]);
process.stdout.write(`compiled ${sources}\n`);

function run(file: string, args: readonly string[]): void {
  execFileSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The generator takes choices among numbers for choices among texts, but for whole numbers: which all of the contract's are. */
function withWholeNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withWholeNumbers);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withWholeNumbers(inner)]));
  return copy['type'] === 'number' && Array.isArray(copy['enum']) ? { ...copy, type: 'integer' } : copy;
}
