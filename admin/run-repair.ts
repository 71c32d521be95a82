import { open } from 'node:fs/promises';
import type { NamespaceId } from '@syncline/protocol';
import type { Audit } from './audit.ts';
import { describeFinding } from './describe-finding.ts';
import { type Repair, type RepairOutcome, repair } from './repair.ts';
import type { Terminal } from './terminal.ts';

export interface RepairCommand {
  readonly namespaceId?: NamespaceId | undefined;
  readonly isDry: boolean;
  /** Where what is done is kept. */
  readonly logFile: string;
}

const WORDS: Readonly<Record<RepairOutcome, string>> = {
  would: 'would be mended',
  done: 'mended',
  overtaken: 'changed meanwhile: run this again',
  impossible: 'cannot be mended: what would be needed is not there',
};

/** `npm run admin -- repair`. Exit code: 0 all that can be mended is, or would be; 1 something is left. */
export async function runRepair(audit: Audit, terminal: Terminal, command: RepairCommand): Promise<number> {
  const { namespaceId, isDry, logFile } = command;
  const log = isDry ? undefined : await open(logFile, 'a', 0o600);
  try {
    const counts = await repair(audit, {
      namespaceId,
      isDry,
      tell: ({ finding, outcome }) => terminal.say(`${describeFinding(finding)}\n  → ${WORDS[outcome]}\n`),
      keep: async (planned) => {
        await log?.write(`${logLine(planned, audit.clock.now())}\n`);
        await log?.datasync();
      },
    });
    const left = counts.overtaken + counts.impossible;
    if (isDry) terminal.say(`${counts.would} things would be mended. Nothing was changed: repeat it with --yes.`);
    else terminal.say(`${counts.done} things were mended, ${left} are left. What was changed is in ${logFile}.`);
    return left === 0 ? 0 : 1;
  } finally {
    await log?.close();
  }
}

/** With the rows before and after in DynamoDB's own form, so that each can be put back by hand. */
function logLine({ finding, change }: Omit<Repair, 'outcome'>, now: number): string {
  const { code, about, mend } = finding;
  return JSON.stringify({ at: new Date(now).toISOString(), code, about, mend: mend?.kind, change });
}
