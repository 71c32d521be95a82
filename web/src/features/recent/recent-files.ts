import type { Activity, NodeId } from '@syncline/protocol';

/** Each file that has got a content, once, by the last time; without what is not there any more. `activities` come newest first. */
export function recentFiles(activities: readonly Activity[]): readonly Activity[] {
  const seen = new Set<NodeId>();
  return activities.filter(({ nodeId, kind, type, path }) => {
    const isContent = type === 'created' || type === 'modified' || type === 'restored';
    if (kind !== 'file' || !isContent || path === undefined || seen.has(nodeId)) return false;
    seen.add(nodeId);
    return true;
  });
}
