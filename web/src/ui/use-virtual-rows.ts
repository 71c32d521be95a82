import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { OVERSCAN_ROWS } from './limits.ts';

export interface VirtualRows {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The rows to draw: from the first, up to and without the last. */
  readonly first: number;
  readonly last: number;
  readonly width: number;
  /** Whole rows that are seen at once. */
  readonly page: number;
  /** Scrolls as little as shows the row. */
  readonly reveal: (index: number) => void;
}

/**
 * Which of many rows of one height are drawn: those in sight, and some more. `headHeight` is what stays at the top of the scroller, above
 * the rows.
 */
export function useVirtualRows(options: {
  readonly count: number;
  readonly rowHeight: number;
  readonly headHeight: number;
}): VirtualRows {
  const { count, rowHeight, headHeight } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ first: 0, rows: 0, width: 0 });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => {
      // Whole steps of rows, so that most of a scroll draws nothing new.
      const first = Math.floor(element.scrollTop / rowHeight / OVERSCAN_ROWS) * OVERSCAN_ROWS;
      const rows = Math.ceil(element.clientHeight / rowHeight);
      const width = element.clientWidth;
      setSeen((old) =>
        old.first === first && old.rows === rows && old.width === width ? old : { first, rows, width },
      );
    };
    measure();
    element.addEventListener('scroll', measure, { passive: true });
    const resizes = new ResizeObserver(measure);
    resizes.observe(element);
    return () => {
      element.removeEventListener('scroll', measure);
      resizes.disconnect();
    };
  }, [rowHeight]);

  const reveal = useCallback(
    (index: number): void => {
      const element = scroller.current;
      if (element === null || index < 0) return;
      const top = index * rowHeight;
      const bottom = top + rowHeight + headHeight - element.clientHeight;
      if (element.scrollTop > top) element.scrollTop = top;
      else if (element.scrollTop < bottom) element.scrollTop = bottom;
    },
    [rowHeight, headHeight],
  );

  return {
    scroller,
    first: Math.max(0, Math.min(seen.first, count) - OVERSCAN_ROWS),
    last: Math.min(count, seen.first + seen.rows + 2 * OVERSCAN_ROWS),
    width: seen.width,
    page: Math.max(1, seen.rows - 2),
    reveal,
  };
}
