import { randomBytes } from 'node:crypto';
import { type CommitRequest, encodeUlid, type NamespaceId, type OperationResult, opId } from '@syncline/protocol';
import { UnavailableError } from '../api/unavailable-error.ts';
import { CommandError, problemError } from './command-error.ts';
import { nudgeDaemon } from './daemon-link.ts';
import { quote } from './escape-text.ts';
import type { Session } from './open-session.ts';

type OperationInput = CommitRequest['operations'][number];
type WithoutId<T> = T extends unknown ? Omit<T, 'opId' | 'namespaceId'> : never;
export type Committed = Extract<OperationResult, { readonly status: 'committed' }>;

const CONFLICTS = {
  edited: 'was changed meanwhile',
  moved: 'was moved or renamed meanwhile',
  deleted: 'was deleted meanwhile',
  name_taken: 'exists already',
  parent_deleted: 'lies in a folder that was deleted meanwhile',
  unseen_changes: 'has something inside that was changed meanwhile',
} as const;

/**
 * Commits one operation, on the home namespace unless another is named. A repeat after a lost answer cannot apply it twice.
 *
 * @throws CommandError when it was not applied; `path` says what it was about.
 */
export async function commitOperation(
  session: Session,
  job: {
    readonly operation: WithoutId<OperationInput>;
    readonly path: string;
    readonly namespaceId?: NamespaceId;
  },
  signal: AbortSignal,
): Promise<Committed> {
  const id = opId(encodeUlid(randomBytes(16)), 0);
  const namespaceId = job.namespaceId ?? session.account.homeNamespaceId;
  const operation = { ...job.operation, opId: id, namespaceId } as OperationInput;
  const answer = await session.api.commit({ body: { operations: [operation] }, signal });
  if (!answer.ok) throw problemError(answer.problem, quote(job.path));
  const [result] = answer.value.results;
  if (result === undefined) throw new UnavailableError('the service answered a commit without its result');
  if (result.status === 'committed') {
    await nudgeDaemon(session);
    return result;
  }
  if (result.status === 'error') throw problemError(result.error, quote(job.path));
  throw new CommandError({
    reason: 'conflict',
    code: `conflict_${result.conflict.kind}`,
    message: `${quote(job.path)} ${CONFLICTS[result.conflict.kind]}; nothing was changed.`,
    remedy: 'Look at it with `syncline ls`, then repeat the command.',
  });
}
