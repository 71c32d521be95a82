import { existsSync, readFileSync } from 'node:fs';

/** The contract as the service of a version of the protocol had it; its file is written by `npm run keep:contract` when a version is released. */
export function keptContractUrl(version: number): URL {
  return new URL(`../compatibility/openapi-${version}.json`, import.meta.url);
}

/** Undefined when there was no such version. */
export function readKeptContract(version: number): object | undefined {
  const url = keptContractUrl(version);
  return existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as object) : undefined;
}
