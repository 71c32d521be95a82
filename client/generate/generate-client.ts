import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const GENERATOR = 'org.openapitools:openapi-generator-cli:7.17.0';

/**
 * Makes a client in another language from docs/openapi.json, anew, in the folder `client` below `out`, which it answers. Needs Java 17 and Maven, which fetches the
 * generator. `choices` are its arguments.
 */
export function generateClient(out: string, choices: readonly string[]): string {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const contract = join(out, 'openapi.json');
  const described: unknown = JSON.parse(readFileSync(join(ROOT, 'docs', 'openapi.json'), 'utf8'));
  writeFileSync(contract, JSON.stringify(readable(described)));
  const copied = ['dependency:copy', `-Dartifact=${GENERATOR}`, `-DoutputDirectory=${out}`, '-Dmdep.stripVersion=true'];
  runTool('mvn', ['-q', '-B', ...copied]);
  const generator = join(out, 'openapi-generator-cli.jar');
  const client = join(out, 'client');
  runTool('java', ['-jar', generator, 'generate', '-i', contract, '-o', client, ...choices]);
  return client;
}

/** Runs a program to its end. @throws when it fails, after what it said. */
export function runTool(file: string, args: readonly string[]): void {
  execFileSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/**
 * The contract in words that the generator reads as they are meant. It takes choices among numbers and truths for choices among texts, but for whole numbers, which
 * all of the contract's are; and patterns, which the service looks at anyway, it writes as texts that Swift does not read.
 */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const isTruth = 'type' in value && value.type === 'boolean';
  const kept = Object.entries(value).filter(
    ([name, inner]) => !(name === 'pattern' && typeof inner === 'string') && !(isTruth && name === 'const'),
  );
  const copy = Object.fromEntries(kept.map(([name, inner]) => [name, readable(inner)]));
  return copy['type'] === 'number' && Array.isArray(copy['enum']) ? { ...copy, type: 'integer' } : copy;
}
