import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { Button, IconButton } from './button.tsx';
import { cx } from './cx.ts';
import { TOAST_MS } from './limits.ts';
import { type Toast, withToast } from './toast-stack.ts';
import styles from './toasts.module.css';

interface ShownToast extends Toast {
  readonly id: number;
}

const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Says something at the edge of the window: it goes by itself unless it is a problem. */
export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

export function ToastRegion(props: {
  readonly label: string;
  readonly closeLabel: string;
  readonly children: ReactNode;
}) {
  const [toasts, setToasts] = useState<readonly ShownToast[]>([]);
  const count = useRef(0);
  const close = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);
  const show = useCallback(
    (toast: Toast) => {
      count.current += 1;
      const id = count.current;
      setToasts((shown) => withToast(shown, { ...toast, id }));
      if (toast.isProblem !== true) setTimeout(() => close(id), TOAST_MS);
    },
    [close],
  );
  const region = useMemo(
    () => (
      <section className={styles.region} aria-label={props.label} aria-live="polite">
        {toasts.map(({ id, text, isProblem, action }) => (
          <div key={id} className={cx(styles.toast, isProblem === true && styles.problem)}>
            <p>{text}</p>
            {action !== undefined && (
              <Button
                kind="quiet"
                className={styles.action}
                onPress={() => {
                  close(id);
                  action.run();
                }}
              >
                {action.text}
              </Button>
            )}
            <IconButton icon="close" label={props.closeLabel} className={styles.close} onPress={() => close(id)} />
          </div>
        ))}
      </section>
    ),
    [toasts, close, props.label, props.closeLabel],
  );
  return (
    <ToastContext value={show}>
      {props.children}
      {region}
    </ToastContext>
  );
}
