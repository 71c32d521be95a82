import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { cx } from './cx.ts';
import { Icon } from './icons/icon.tsx';
import type { IconName } from './icons/icon-paths.ts';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'onClick' | 'disabled' | 'children'> {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly icon?: IconName;
  readonly isDisabled?: boolean;
  readonly onPress?: () => void;
  readonly children: ReactNode;
}

export function Button({ kind = 'plain', icon, children, className, isDisabled, onPress, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      {...props}
      disabled={isDisabled}
      className={cx(styles.button, styles[kind], className)}
      onClick={onPress}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button with an icon alone; `label` is its name, read aloud and shown by pointing at it. */
export function IconButton({
  icon,
  label,
  className,
  isDisabled,
  onPress,
  ...props
}: Omit<ButtonProps, 'icon' | 'children' | 'kind'> & { readonly icon: IconName; readonly label: string }) {
  return (
    <button
      type="button"
      {...props}
      disabled={isDisabled}
      aria-label={label}
      title={label}
      className={cx(styles.iconButton, className)}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}
