import type { NamespaceId } from '@syncline/protocol';
import type { Audit } from './audit.ts';
import { describeFinding, findingLine } from './describe-finding.ts';
import { FINDINGS, type Severity } from './findings.ts';
import { fsck } from './fsck.ts';
import type { Terminal } from './terminal.ts';

export interface FsckCommand {
  readonly namespaceId?: NamespaceId | undefined;
  readonly isDeep: boolean;
  readonly isJson: boolean;
}

/** `npm run admin -- fsck`. Exit code: 0 nothing is wrong (waste may be), 1 something is. */
export async function runFsck(audit: Audit, terminal: Terminal, command: FsckCommand): Promise<number> {
  const { namespaceId, isDeep, isJson } = command;
  const found: Record<Severity, number> = { loss: 0, danger: 0, broken: 0, waste: 0 };
  const counts = await fsck(audit, {
    namespaceId,
    isDeep,
    tell: (finding) => {
      found[FINDINGS[finding.code].severity] += 1;
      terminal.say(isJson ? findingLine(finding) : `${describeFinding(finding)}\n`);
    },
    progress: (phase, done) => terminal.progress(`${phase}: ${done}`),
  });
  const looked = `${counts.files} rows of files, ${counts.chunks} of chunks, ${counts.bucket} objects`;
  const wrong = found.loss + found.danger + found.broken;
  if (isJson) terminal.say(JSON.stringify({ done: true, found, counts }));
  else if (wrong === 0) terminal.say(`Nothing is wrong. ${looked}. ${found.waste} things are kept that nothing needs.`);
  else terminal.say(`${found.loss} losses, ${found.danger} dangers, ${found.broken} contradictions. ${looked}.`);
  return wrong === 0 ? 0 : 1;
}
