import { type ReactNode, useEffect } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';
import styles from './dialog.module.css';

export interface DialogProps {
  readonly title: string;
  readonly closeLabel: string;
  readonly onClose: () => void;
  readonly isWide?: boolean;
  /** As wide as the screen lets it be. */
  readonly isFull?: boolean;
  readonly children: ReactNode;
}

/** Shown for as long as it is rendered. Escape, the cross and a press beside it close it; the focus goes back to where it was, or into the page where that is gone. */
export function Dialog({ title, closeLabel, onClose, isWide = false, isFull = false, children }: DialogProps) {
  useEffect(() => intoPageAfterwards, []);
  return (
    <ModalOverlay className={cx(styles.overlay)} isOpen isDismissable onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Modal className={cx(styles.modal, isWide && styles.wide, isFull && styles.full)}>
        <AriaDialog className={cx(styles.dialog)}>
          <header className={styles.header}>
            <Heading slot="title" className={cx(styles.title)}>
              {title}
            </Heading>
            <IconButton icon="close" label={closeLabel} onPress={onClose} />
          </header>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The buttons at the end of a dialog, the one that goes on last. */
export function DialogButtons({ children }: { readonly children: ReactNode }) {
  return <footer className={styles.buttons}>{children}</footer>;
}

/** The keyboard is somewhere after a dialog: in the list, or else where the page begins. The browser draws twice until the focus is given back. */
function intoPageAfterwards(): void {
  requestAnimationFrame(() => requestAnimationFrame(intoPage));
}

function intoPage(): void {
  if (document.activeElement !== document.body) return;
  const page = document.querySelector('main');
  const place = page?.querySelector<HTMLElement>('[role=grid]') ?? page;
  place?.focus();
}
