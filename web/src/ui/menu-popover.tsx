import type { RefObject } from 'react';
import { Menu, MenuItem } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Separator } from 'react-aria-components/Separator';
import { cx } from './cx.ts';
import { Icon } from './icons/icon.tsx';
import styles from './menu.module.css';
import type { MenuEntry } from './menu.tsx';

export interface MenuPopoverProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
}

/** A menu below what it belongs to. Afterwards the focus is where it was. */
export function MenuPopover({ label, entries, anchor, onClose }: MenuPopoverProps) {
  return (
    <Popover
      aria-label={label}
      className={cx(styles.popover)}
      triggerRef={anchor}
      placement="bottom start"
      offset={4}
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <Menu aria-label={label} className={cx(styles.menu)} autoFocus="first" onClose={onClose}>
        {entries.map((entry, index) =>
          entry === 'separator' ? (
            <Separator key={`line ${index}`} className={cx(styles.line)} />
          ) : (
            <MenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.text}
              className={cx(styles.item, entry.isDanger === true && styles.danger)}
              onAction={entry.run}
            >
              <Icon name={entry.icon} />
              <span className={styles.text}>{entry.text}</span>
              {entry.keys !== undefined && <kbd className={styles.keys}>{entry.keys}</kbd>}
            </MenuItem>
          ),
        )}
      </Menu>
    </Popover>
  );
}
