import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import styles from './link-page.module.css';
import { useLinkTexts } from './link-texts.ts';

export function PasswordForm(props: {
  readonly isWrong: boolean;
  readonly onPassword: (password: string) => Promise<void>;
}) {
  const { say } = useLinkTexts();
  const [password, setPassword] = useState('');
  const [isBusy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    await props.onPassword(password);
    setBusy(false);
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h1>{say('link.passwordTitle')}</h1>
      <p>{say('link.passwordText')}</p>
      <TextField
        label={say('link.password')}
        type="password"
        autoComplete="off"
        value={password}
        onChange={setPassword}
        problem={props.isWrong ? say('link.passwordWrong') : undefined}
      />
      <Button type="submit" kind="primary" isDisabled={isBusy || password === ''}>
        {say('link.open')}
      </Button>
    </form>
  );
}
