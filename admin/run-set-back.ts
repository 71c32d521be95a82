import { AdminProblem } from './admin-problem.ts';
import { setBack, type TablesAccess } from './set-back.ts';
import type { Terminal } from './terminal.ts';

export interface SetBackCommand {
  readonly suffix: string | undefined;
  readonly isDry: boolean;
}

/** `npm run admin -- set-back`. Exit code: 0, for whatever is not done is thrown. */
export async function runSetBack(
  access: TablesAccess,
  terminal: Terminal,
  { suffix, isDry }: SetBackCommand,
): Promise<number> {
  if (suffix === undefined || !/^[\w.-]{1,64}$/.test(suffix)) {
    throw new AdminProblem({
      what: 'Nobody has said which tables have the rows of the earlier moment.',
      remedy:
        'Name by --suffix what their names have behind the names of the present tables, such as --suffix=-before.',
    });
  }
  const done = await setBack(access, {
    suffix,
    isDry,
    progress: (table, rows) => terminal.progress(`${rows} rows of ${table}`),
  });
  for (const { table, put, removed, same } of done) {
    terminal.say(
      `${table}: ${put} rows ${isDry ? 'would be put' : 'put'} back, ${removed} removed, ${same} as they were`,
    );
  }
  terminal.say(
    isDry
      ? 'Nothing was changed: repeat it with --yes, while no function runs.'
      : 'The tables are set back. Raise the epochs ("epochs") before any function runs again.',
  );
  return 0;
}
