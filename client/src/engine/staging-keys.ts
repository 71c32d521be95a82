import type { ContentHash } from '@syncline/protocol';
import type { RemoteNode } from './trees.ts';

/** Names a content of a file, as its place in staging does. */
export function downloadKey({ nodeId, contentHash }: Pick<RemoteNode, 'nodeId' | 'contentHash'>): string {
  return `${nodeId}-${contentHash}`;
}

/** The name under which what comes ahead of a content's commit is staged. */
export function aheadKey(contentHash: ContentHash): string {
  return `ahead-${contentHash}`;
}
