import type { NodeId } from '@syncline/protocol';
import { type KeyboardEvent, useRef } from 'react';
import type { EntryListProps } from './entry-list.tsx';
import { TYPE_AHEAD_MS } from './limits.ts';
import { findTyped, type ListCommand, listCommand } from './list-keys.ts';

export interface ListKeysOptions
  extends Pick<EntryListProps, 'entries' | 'used' | 'ways' | 'setRenaming' | 'menu' | 'mayEdit'> {
  readonly columns: number;
  readonly page: number;
  readonly reveal: (index: number) => void;
  readonly rowId: (nodeId: NodeId) => string;
}

/** The keyboard of a list of entries. */
export function useListKeys(options: ListKeysOptions): (event: KeyboardEvent<HTMLElement>) => void {
  const typed = useRef({ text: '', at: 0 });
  return (event) => {
    // What is typed into a name, or pressed on a button of a row, is not for the list.
    if (event.target !== event.currentTarget) return;
    const { entries, used, columns, page } = options;
    const { active } = used.selection;
    const index = active === undefined ? -1 : used.order.indexOf(active);
    const command = listCommand(event, { index, count: entries.length, columns, page });
    if (command === undefined) return;
    if (command.kind === 'type') {
      const at = event.timeStamp;
      const text = at - typed.current.at < TYPE_AHEAD_MS ? typed.current.text + command.letter : command.letter;
      typed.current = { text, at };
      const names = entries.map(({ name }) => name);
      goTo(options, findTyped(names, index, text));
      return;
    }
    event.preventDefault();
    act(options, command, index);
  };
}

function goTo(options: ListKeysOptions, to: number, how: 'alone' | 'range' | 'move' = 'alone'): void {
  const id = options.used.order[to];
  if (id === undefined) return;
  options.used.step(id, how);
  options.reveal(to);
}

function act(options: ListKeysOptions, command: Exclude<ListCommand, { readonly kind: 'type' }>, index: number): void {
  const { used, entries } = options;
  const active = entries[index];
  switch (command.kind) {
    case 'go':
      return goTo(options, command.to, command.how);
    case 'all':
      return used.all();
    case 'none':
      return used.none();
    case 'up':
      return options.ways.up();
    case 'delete':
      return options.menu.remove();
    case 'toggle':
      return active === undefined ? undefined : used.step(active.nodeId, 'toggle');
    case 'open':
      return active === undefined ? undefined : options.ways.open(active);
    case 'rename':
      return active === undefined || !options.mayEdit ? undefined : options.setRenaming(active.nodeId);
    case 'menu': {
      if (active === undefined) return undefined;
      if (!used.selection.chosen.has(active.nodeId)) used.step(active.nodeId, 'alone');
      const place = document.getElementById(options.rowId(active.nodeId))?.getBoundingClientRect();
      return options.menu.openAt({ x: (place?.left ?? 0) + 48, y: place?.bottom ?? 0 });
    }
  }
}
