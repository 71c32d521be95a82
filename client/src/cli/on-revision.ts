import type { Node } from '@syncline/protocol';
import { CommandError } from './command-error.ts';
import { quote } from './escape-text.ts';
import type { Session } from './open-session.ts';

/** Revisions that are named where somebody has asked for one that there is not. */
const REVISIONS_TOLD = 10;

/**
 * Runs a task on a revision of a file.
 * @throws CommandError of the task; where the file has no such revision one that says which there are, for one request more.
 */
export async function onRevision<T>(
  session: Session,
  asked: { readonly node: Node; readonly rev: number; readonly path: string; readonly signal: AbortSignal },
  task: () => Promise<T>,
): Promise<T> {
  try {
    return await task();
  } catch (failure) {
    if (!(failure instanceof CommandError) || failure.code !== 'not_found') throw failure;
    const { node, rev, path, signal } = asked;
    const { nodeId, namespaceId } = node;
    const answer = await session.api.listRevisions({ parameters: { nodeId }, query: { namespaceId }, signal });
    const revisions = answer.ok ? answer.value.revisions : [];
    // It is there: something else was not found.
    if (revisions.length === 0 || revisions.some((one) => one.rev === rev)) throw failure;
    const told = revisions.slice(0, REVISIONS_TOLD).map((one) => one.rev);
    const more = answer.ok && (answer.value.nextPage !== undefined || revisions.length > told.length) ? ' …' : '';
    throw new CommandError({
      reason: 'notFound',
      code: 'no_such_revision',
      message: `${quote(path)} has no revision ${rev}. It has, the newest first: ${told.join(', ')}${more}.`,
      remedy: `\`syncline history ${quote(path)}\` lists them.`,
      cause: failure,
    });
  }
}
