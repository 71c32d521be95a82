import { type FocusEvent, useEffect, useRef } from 'react';

/**
 * For a list whose rows go by what is done in them. Where a row goes that has the focus, the row in its place has it, at the same button; or the
 * last row; or, where no row is left, the heading of the page. Give the list what this returns.
 */
export function useRowFocus<List extends HTMLElement = HTMLUListElement>() {
  const list = useRef<List>(null);
  const last = useRef<{ readonly row: number; readonly button: number }>(undefined);
  useEffect(() => {
    if (last.current === undefined || document.activeElement !== document.body) return;
    const { row, button } = last.current;
    last.current = undefined;
    const rows = list.current?.children;
    const next = rows?.item(Math.min(row, rows.length - 1))?.querySelectorAll('button');
    const target = next?.item(Math.min(button, next.length - 1)) ?? document.querySelector('h1');
    target?.focus();
  });
  return {
    ref: list,
    onFocus: ({ target, currentTarget }: FocusEvent<HTMLElement>): void => {
      const row = [...currentTarget.children].findIndex((one) => one.contains(target));
      const button = [...(currentTarget.children[row]?.querySelectorAll('button') ?? [])].findIndex(
        (one) => one === target,
      );
      last.current = { row, button };
    },
    // An element that is taken away while it has the focus is not left: React tells of no blur then.
    onBlur: (): void => {
      last.current = undefined;
    },
  };
}
