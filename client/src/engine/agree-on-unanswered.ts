import type { EpochMs } from '@syncline/protocol';
import type { EngineTrees } from './engine-trees.ts';
import { withLocalName } from './execution.ts';
import { UNANSWERED_MS_MAX } from './limits.ts';
import { samePlace } from './node-tree.ts';
import { agreedContent } from './settle-upload.ts';
import { type LocalNode, sameContent } from './trees.ts';

/**
 * Agrees on what the service turns out to have done of that to which there was no answer, as it was on the disk when it was asked for: whatever
 * became of it there since is a change of its own, and not one that meets somebody else's. Precondition: the remote tree was brought forward.
 */
export function agreeOnUnanswered(trees: EngineTrees, now: EpochMs): void {
  for (const { node, at, isConfirmed } of trees.unanswered.all()) {
    // The id of a node that nobody knew tells by itself who made it.
    const isOwn = isConfirmed || trees.synced.get(node.nodeId) === undefined;
    if (isOwn && agrees(trees, node)) trees.unanswered.drop(node.nodeId);
    // It did not get there.
    else if (Math.abs(now - at) >= UNANSWERED_MS_MAX) trees.unanswered.drop(node.nodeId);
  }
}

function agrees(trees: EngineTrees, asked: LocalNode): boolean {
  const there = trees.remote.get(asked.nodeId);
  const agreed = trees.synced.get(asked.nodeId);
  if (there === undefined || there.kind !== asked.kind) return false;
  const isContent = there.kind === 'folder' ? agreed === undefined : sameContent(there, asked);
  const isNews = agreed === undefined || (there.kind === 'file' && !sameContent(there, agreed));
  if (isContent && isNews) {
    trees.setSynced(agreedContent({ trees }, there, asked));
    return true;
  }
  if (agreed === undefined || !samePlace(there, asked) || samePlace(agreed, asked)) return false;
  const { parentId, name } = asked;
  trees.setSynced({ ...agreed, parentId, name, rev: there.rev, ...withLocalName(asked) });
  return true;
}
