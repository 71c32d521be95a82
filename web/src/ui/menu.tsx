import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import type { IconName } from './icons/icon-paths.ts';
import type { MenuPopoverProps } from './menu-popover.tsx';

/** What overlays need is loaded when the first one opens, so that the app is there sooner. */
const MenuPopover = lazy(async () => ({ default: (await import('./menu-popover.tsx')).MenuPopover }));

/** One thing that a menu offers; `separator` draws a line. */
export type MenuEntry =
  | 'separator'
  | {
      readonly id: string;
      readonly text: string;
      readonly icon: IconName;
      readonly keys?: string;
      readonly isDanger?: boolean;
      readonly run: () => void;
    };

export interface MenuButtonProps {
  /** The name of the button and of its menu. */
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** A button that opens a menu. */
export function MenuButton({ label, entries, className, children }: MenuButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(true)}
      >
        {children}
      </button>
      {isOpen && <ContextMenu label={label} entries={entries} anchor={button} onClose={() => setIsOpen(false)} />}
    </>
  );
}

/** A menu at a place, such as where the pointer is; shown for as long as it is rendered. */
export function ContextMenu(props: MenuPopoverProps) {
  return (
    <Suspense fallback={null}>
      <MenuPopover {...props} />
    </Suspense>
  );
}
