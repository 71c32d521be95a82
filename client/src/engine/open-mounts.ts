import type { NamespaceId, Role } from '@syncline/protocol';
import type { EngineTrees } from './engine-trees.ts';
import { ROLES_MS_MAX } from './limits.ts';
import { listPages } from './list-namespace.ts';
import type { Clock, Remote } from './ports.ts';
import { PULLED, type PullOutcome, TORN } from './pull-outcome.ts';

/**
 * Lists the namespaces that are mounted and closed, and finds out what the account may do in all of them. One that may not be read stays
 * closed: its mount is about to go, or the folder's owner has taken the account out.
 */
export async function openMounts({
  remote,
  trees,
  clock,
}: {
  readonly remote: Remote;
  readonly trees: EngineTrees;
  readonly clock: Pick<Clock, 'now'>;
}): Promise<PullOutcome> {
  const { standing } = trees.mounts;
  if (standing.size === 0) return PULLED;
  const isAllOpen = [...standing.values()].every((namespaceId) => trees.isOpen(namespaceId));
  const { rolesAt } = trees;
  const now = clock.now();
  if (isAllOpen && rolesAt !== undefined && Math.abs(now - rolesAt) < ROLES_MS_MAX) return PULLED;
  const roles = await remote.listRoles();
  if (roles.kind === 'refused') return roles;
  let outcome = PULLED;
  for (const namespaceId of standing.values()) {
    const opened = await openMount({ remote, trees }, namespaceId, roles.value.get(namespaceId));
    if (opened.kind === 'refused') return opened;
    if (opened.kind === 'torn') outcome = opened;
  }
  trees.noteRoles(now);
  trees.save();
  return outcome;
}

async function openMount(
  { remote, trees }: { readonly remote: Remote; readonly trees: EngineTrees },
  namespaceId: NamespaceId,
  role: Role | undefined,
): Promise<PullOutcome> {
  if (role === undefined) {
    trees.closeMounted(namespaceId);
    return PULLED;
  }
  if (trees.isOpen(namespaceId)) {
    trees.setRole(namespaceId, role);
    return PULLED;
  }
  const listed = await listPages(remote, { namespaceId, folderId: undefined });
  if (listed.kind === 'listed') {
    trees.openMounted(namespaceId, listed.nodes, { seq: listed.seq, role });
    return TORN;
  }
  // Who was taken out between the two answers finds nothing there; the next delta tells.
  return listed.problem.code === 'not_found' || listed.problem.code === 'forbidden' ? PULLED : listed;
}
