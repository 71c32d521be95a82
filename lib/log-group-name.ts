import type { Stage } from './config.ts';

/** The log of the HTTP API has a line for each request; every function has one of its own, by its name. */
export const REQUEST_LOG = 'requests';

/** Names that people and saved queries find, and that no stack has to tell another. */
export function logGroupName(stage: Stage, name: string): string {
  return `/syncline/${stage}/${name}`;
}
