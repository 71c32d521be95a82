import type { SearchAccess } from './open-stage.ts';
import { readSearchState } from './read-search-state.ts';
import { describeSearchState } from './search-state.ts';
import type { Terminal } from './terminal.ts';

/** `npm run admin -- search`. Exit code: 0 nothing is wrong, 1 something is. */
export async function runSearch(
  access: SearchAccess,
  terminal: Terminal,
  { isJson }: { readonly isJson: boolean },
): Promise<number> {
  const state = await readSearchState(access);
  const { lines, wrong } = describeSearchState(state);
  if (isJson) terminal.say(JSON.stringify({ ...state, wrong }));
  else terminal.say([...lines, '', ...(wrong.length === 0 ? ['Nothing is wrong.'] : wrong)].join('\n'));
  return wrong.length === 0 ? 0 : 1;
}
