import { LABEL_CHARS_MAX, RevisionLabel } from '@syncline/protocol';
import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { quote } from './escape-text.ts';
import { requireFile } from './get-command.ts';
import { onRevision } from './on-revision.ts';
import { parseRevision } from './parse-revision.ts';
import { parseText } from './parse-text.ts';
import { parseRemotePath } from './remote-path.ts';

interface LabelOptions {
  readonly rev?: number;
  readonly remove?: boolean;
  /** Commander's form of `--keep` and `--no-keep`; absent without either. */
  readonly keep?: boolean;
}

export function registerLabel(program: Command, run: RunCommand): void {
  program
    .command('label')
    .description('Labels a revision of a file, which keeps it however old it becomes.')
    .argument('<path>', 'the file')
    .argument('[label]', 'what to call the revision')
    .option('--rev <n>', 'the revision, as `syncline history` numbers them; the present one without it', parseRevision)
    .option('--remove', 'take the label away')
    .option('--keep', 'keep the revision, with or without a label')
    .option('--no-keep', 'let it go when its time has come')
    .action(run(label));
}

const LABEL = { what: 'label', schema: RevisionLabel, charsMax: LABEL_CHARS_MAX };

async function label(
  context: CommandContext,
  [given, text]: readonly [string, string | undefined],
  options: LabelOptions,
): Promise<void> {
  const isNothing = text === undefined && options.remove !== true && options.keep === undefined;
  if (isNothing || (text !== undefined && options.remove === true)) {
    throw new CommandError({
      reason: 'usage',
      code: 'usage',
      message: isNothing ? 'A label is missing.' : 'A label cannot be given and removed at once.',
      remedy: 'Give a label, or one of --remove, --keep and --no-keep.',
    });
  }
  const path = parseRemotePath(given);
  const wanted = text === undefined ? undefined : parseText(text, LABEL);
  const session = await context.session();
  const { signal } = context;
  const node = await requireFile(session, path, signal);
  const { namespaceId, nodeId, contentRev } = node;
  const rev = options.rev ?? contentRev;
  const body = {
    namespaceId,
    ...(options.remove === true ? { label: null } : wanted === undefined ? {} : { label: wanted }),
    ...(options.keep === undefined ? {} : { kept: options.keep }),
  };
  const { revision } = await onRevision(session, { node, rev, path: path.text, signal }, async () => {
    const answer = await session.api.markRevision({ parameters: { nodeId, rev: String(rev) }, body, signal });
    if (!answer.ok) throw problemError(answer.problem, `Revision ${rev} of ${quote(path.text)}`);
    return answer.value;
  });
  const called = revision.label === undefined ? 'has no label' : `is called ${quote(revision.label)}`;
  const kept = revision.label !== undefined || revision.kept === true ? 'is kept' : 'goes when its time has come';
  context.output.result({ path: path.text, revision }, [
    `Revision ${rev} of ${quote(path.text)} ${called} and ${kept}.`,
  ]);
}
