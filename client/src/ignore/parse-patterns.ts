import { GLOBSTARS_MAX, IGNORE_FILE_BYTES_MAX, PATTERN_LENGTH_MAX, PATTERNS_MAX } from './limits.ts';

/** The patterns of one file, in its order. */
export interface ParsedPatterns {
  /** As they are written there. */
  readonly patterns: readonly string[];
  /** Lines that are not taken, because they pass a limit. */
  readonly refused: readonly string[];
}

/**
 * Takes the patterns out of a file in the form of gitignore: without comments, empty lines and what passes a limit. Never throws;
 * a pattern without sense matches nothing. Source: https://git-scm.com/docs/gitignore
 */
export function parsePatterns(text: string): ParsedPatterns {
  const patterns: string[] = [];
  const refused: string[] = [];
  const taken = text.slice(text.startsWith('\uFEFF') ? 1 : 0, IGNORE_FILE_BYTES_MAX);
  for (const line of taken.split('\n')) {
    const pattern = trimSpaces(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (pattern === '' || pattern.startsWith('#')) continue;
    const isBounded = pattern.length <= PATTERN_LENGTH_MAX && countGlobstars(pattern) <= GLOBSTARS_MAX;
    if (isBounded && patterns.length < PATTERNS_MAX) patterns.push(pattern);
    else refused.push(pattern);
  }
  return { patterns, refused };
}

/**
 * A pattern of a deeper folder as one of the root; undefined when it can match nothing.
 * `folder` is relative to the root; the root itself is the empty path.
 */
export function anchorPattern(pattern: string, folder: string): string | undefined {
  const isNegative = pattern.startsWith('!');
  const written = isNegative ? pattern.slice(1) : pattern;
  // A path never begins with the slash that this one asks for.
  if (written.startsWith('\\/')) return undefined;
  const body = joinGlobstars(bareSlashes(written));
  if (/^\/*$/.test(body)) return undefined;
  const sign = isNegative ? '!' : '';
  if (folder === '') return sign + body;
  // A slash at the beginning or in the middle ties a pattern to its folder.
  const isTied = body.slice(0, -1).includes('/');
  const below = isTied ? body.replace(/^\//, '') : `**/${body}`;
  return `${sign}/${folder.replaceAll(/[\\*?[\]!# ]/g, '\\$&')}/${below}`;
}

/** A slash is one with a backslash, too: but for the matcher before `**`. Not at the end, where the backslash has nothing to hold, nor within brackets. */
function bareSlashes(pattern: string): string {
  const [, plain = '', rest = ''] = /^((?:\\[^]|[^\\[])*)([^]*)$/.exec(pattern) ?? [];
  return (
    plain.replaceAll(/\\([^])/g, (escaped, held: string, at: number) => {
      const isLast = rest === '' && at + escaped.length === plain.length;
      return held === '/' && !isLast ? held : escaped;
    }) + rest
  );
}

/** Spaces at the end mean nothing, unless a backslash holds one. */
function trimSpaces(line: string): string {
  const trimmed = line.replace(/ +$/, '');
  const backslashes = /\\*$/.exec(trimmed)?.[0].length ?? 0;
  return trimmed !== line && backslashes % 2 === 1 ? `${trimmed} ` : trimmed;
}

function countGlobstars(pattern: string): number {
  return joinGlobstars(pattern)
    .split('/')
    .filter((name) => name === '**').length;
}

/** Two `**` in a row match what one does, at many times the cost. */
function joinGlobstars(pattern: string): string {
  return pattern.replaceAll(/\/\*\*(?:\/\*\*)+(?=\/|$)/g, '/**').replace(/^\*\*(?:\/\*\*)+(?=\/|$)/, '**');
}
