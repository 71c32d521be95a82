/** What a key does in a list of entries. */
export type ListCommand =
  | { readonly kind: 'go'; readonly to: number; readonly how: 'alone' | 'range' | 'move' }
  | { readonly kind: 'toggle' | 'all' | 'none' | 'open' | 'up' | 'rename' | 'delete' | 'menu' }
  | { readonly kind: 'type'; readonly letter: string };

export interface PressedKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Where the keyboard is in a list: `columns` is 1 unless entries stand side by side, `page` are the rows of one screen. */
export interface ListShape {
  readonly index: number;
  readonly count: number;
  readonly columns: number;
  readonly page: number;
}

/** The command of a key, as file managers have it; undefined for keys that are not the list's. Cmd is Ctrl on a Mac. */
export function listCommand(pressed: PressedKey, shape: ListShape): ListCommand | undefined {
  const { key, shiftKey, altKey } = pressed;
  const isControl = pressed.ctrlKey || pressed.metaKey;
  if (altKey) return key === 'ArrowUp' ? { kind: 'up' } : undefined;
  const to = targetIndex(key, shape);
  if (to !== undefined) return { kind: 'go', to, how: shiftKey ? 'range' : isControl ? 'move' : 'alone' };
  if (isControl && key.toLowerCase() === 'a') return { kind: 'all' };
  if (key === 'F10' && shiftKey) return { kind: 'menu' };
  if (isControl && key !== ' ') return undefined;
  switch (key) {
    case ' ':
      return { kind: 'toggle' };
    case 'Enter':
      return { kind: 'open' };
    case 'Escape':
      return { kind: 'none' };
    case 'F2':
      return { kind: 'rename' };
    case 'Delete':
      return { kind: 'delete' };
    case 'Backspace':
      return { kind: 'up' };
    case 'ContextMenu':
      return { kind: 'menu' };
    default:
      return isOneCharacter(key) ? { kind: 'type', letter: key } : undefined;
  }
}

function targetIndex(key: string, { index, count, columns, page }: ListShape): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: columns,
    ArrowUp: -columns,
    PageDown: page * columns,
    PageUp: -page * columns,
    Home: -count,
    End: count,
    ...(columns > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}),
  };
  const step = steps[key];
  if (step === undefined || count === 0) return undefined;
  // From nowhere the first key only enters the list.
  if (index < 0) return key === 'End' ? count - 1 : 0;
  return Math.max(0, Math.min(count - 1, index + step));
}

/** The next entry, after `index` and around, whose name begins with what was typed; -1 when there is none. */
export function findTyped(names: readonly string[], index: number, typed: string): number {
  const wanted = typed.toLocaleLowerCase();
  // While a word is typed, the entry that it has led to may be the one that it goes on to mean.
  const from = isOneCharacter(typed) ? index + 1 : Math.max(0, index);
  for (let step = 0; step < names.length; step++) {
    const at = (from + step) % names.length;
    if (names[at]?.toLocaleLowerCase().startsWith(wanted) === true) return at;
  }
  return -1;
}

function isOneCharacter(text: string): boolean {
  return /^.$/su.test(text);
}
