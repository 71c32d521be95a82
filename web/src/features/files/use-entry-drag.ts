import type { Node, NodeId } from '@syncline/protocol';
import { type DragEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { FolderPlace } from './listing.ts';
import { insideOf } from './plan-operations.ts';

/** Entries that are dragged inside of the app; the browser tells of others only when they are dropped. */
const OWN_TYPE = 'application/x-syncline-entries';
let dragged: readonly Node[] = [];

export interface DragHandlers {
  readonly start: (node: Node, event: DragEvent) => void;
  readonly over: (node: Node, event: DragEvent) => void;
  readonly leave: (node: Node) => void;
  readonly drop: (node: Node, event: DragEvent) => void;
  readonly end: () => void;
}

export interface EntryDrag {
  readonly target: NodeId | undefined;
  /** Something from outside is over the folder that is shown. */
  readonly isOverFolder: boolean;
  readonly handlers: DragHandlers;
}

export interface EntryDragOptions {
  readonly chosen: readonly Node[];
  /** False where nothing may be taken away. */
  readonly mayMove: boolean;
  readonly onMove: (nodes: readonly Node[], target: FolderPlace) => void;
}

/** Dragging entries into folders: all that is chosen when one of it is dragged, otherwise the entry alone. */
export function useEntryDrag(options: EntryDragOptions): EntryDrag {
  const [target, setTarget] = useState<NodeId>();
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const handlers = useMemo<DragHandlers>(
    () => ({
      start(node, event) {
        const { chosen, mayMove } = latest.current;
        if (!mayMove) return event.preventDefault();
        dragged = chosen.some(({ nodeId }) => nodeId === node.nodeId) ? chosen : [node];
        event.dataTransfer.setData(OWN_TYPE, String(dragged.length));
        event.dataTransfer.effectAllowed = 'move';
      },
      over(node, event) {
        if (!takesDrop(node, event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'move';
        setTarget(node.nodeId);
      },
      leave: (node) => setTarget((old) => (old === node.nodeId ? undefined : old)),
      drop(node, event) {
        setTarget(undefined);
        if (!takesDrop(node, event)) return;
        event.preventDefault();
        event.stopPropagation();
        latest.current.onMove(dragged, insideOf(node));
      },
      end() {
        dragged = [];
        setTarget(undefined);
      },
    }),
    [],
  );
  return { target, isOverFolder: false, handlers };
}

/** The same for places that are no entries, such as those of the path. */
export function dropTarget(place: FolderPlace, onMove: EntryDragOptions['onMove']) {
  return {
    onDragOver(event: DragEvent) {
      if (!event.dataTransfer.types.includes(OWN_TYPE)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'move';
    },
    onDrop(event: DragEvent) {
      if (!event.dataTransfer.types.includes(OWN_TYPE)) return;
      event.preventDefault();
      onMove(dragged, place);
    },
  };
}

function takesDrop(node: Node, event: DragEvent): boolean {
  const isOwn = event.dataTransfer.types.includes(OWN_TYPE);
  return isOwn && node.kind !== 'file' && !dragged.some(({ nodeId }) => nodeId === node.nodeId);
}
