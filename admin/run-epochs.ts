import type { Audit } from './audit.ts';
import { raiseEpochs } from './raise-epochs.ts';
import type { Terminal } from './terminal.ts';

export interface EpochsCommand {
  readonly above: number;
  readonly isDry: boolean;
}

/** `npm run admin -- epochs`. Exit code: 0, for whatever is not done is thrown. */
export async function runEpochs(audit: Audit, terminal: Terminal, { above, isDry }: EpochsCommand): Promise<number> {
  const { epoch, highest, namespaces } = await raiseEpochs(audit, {
    above,
    isDry,
    progress: (raised) => terminal.progress(`${raised} namespaces`),
  });
  if (isDry) {
    terminal.say(
      `${namespaces} namespaces would get epoch ${epoch}; the highest until now is ${highest}. Nothing was changed: repeat it with --yes, before anything is committed.`,
    );
    return 0;
  }
  terminal.say(`${namespaces} namespaces have epoch ${epoch}: devices that are ahead of them merge.`);
  terminal.say(`Keep this number. When the tables are set back to a moment before this one, add --above ${epoch}.`);
  return 0;
}
