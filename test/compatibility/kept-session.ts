import { existsSync, readFileSync } from 'node:fs';
import type { Exchange } from './play-session.ts';

export function keptSessionUrl(version: number): URL {
  return new URL(`../../protocol/compatibility/session-${version}.json`, import.meta.url);
}

/** What a client of a version sent and was answered; undefined when there was no such version. */
export function readKeptSession(version: number): readonly Exchange[] | undefined {
  const url = keptSessionUrl(version);
  return existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as readonly Exchange[]) : undefined;
}
