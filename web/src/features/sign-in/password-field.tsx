import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { TextField } from '../../ui/text-field.tsx';
import styles from './sign-in.module.css';

/** A password that the person may look at while typing. */
export function PasswordField(props: {
  readonly label: string;
  readonly isNew: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { t } = useTranslation();
  const [isShown, setIsShown] = useState(false);
  return (
    <>
      <TextField
        label={props.label}
        type={isShown ? 'text' : 'password'}
        name="password"
        autoComplete={props.isNew ? 'new-password' : 'current-password'}
        required
        hint={props.isNew ? t('sign-in.passwordHint') : undefined}
        value={props.value}
        onChange={props.onChange}
      />
      <label className={styles.show}>
        <input type="checkbox" checked={isShown} onChange={(event) => setIsShown(event.target.checked)} />
        {t('sign-in.showPassword')}
      </label>
    </>
  );
}
