import type { Finding } from './finding.ts';
import { FINDINGS, type Severity } from './findings.ts';

const WORDS: Readonly<Record<Severity, string>> = {
  loss: 'LOSS',
  danger: 'DANGER',
  broken: 'BROKEN',
  waste: 'waste',
};

/** A finding in the words of people: what, which file, which rows, and what to do. */
export function describeFinding({ code, about, path, detail }: Finding): string {
  const { severity, says, remedy } = FINDINGS[code];
  const ids = Object.entries(about).map(([name, value]) => `${name} ${value}`);
  return [
    `${WORDS[severity]} ${code}: ${says}${path === undefined || path === '' ? '' : `: ${path}`}`,
    `  ${[...ids, ...(detail === undefined ? [] : [detail])].join(', ')}`,
    `  ${remedy}`,
  ].join('\n');
}

/** A finding for programs: one line of JSON. */
export function findingLine({ code, about, path, detail, mend }: Finding): string {
  const { severity, says, remedy } = FINDINGS[code];
  return JSON.stringify({ code, severity, path, ...about, detail, says, remedy, isMendable: mend !== undefined });
}
