import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { PasswordField } from './password-field.tsx';
import styles from './sign-in.module.css';
import type { SignInForms } from './sign-in-page.tsx';

/** Asks where to send a code to. What comes next says nothing about whether there is such an account. */
export function ForgotForm({ forms }: { readonly forms: SignInForms }) {
  const { t } = useTranslation();
  const session = useSession();
  const [email, setEmail] = useState('');
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        forms.attempt(async () => {
          const outcome = await session.userPool().forgotPassword(email);
          return outcome.kind === 'refused' ? outcome : forms.go({ kind: 'reset', email });
        });
      }}
    >
      <h1>{t('sign-in.forgotTitle')}</h1>
      <p>{t('sign-in.forgotText')}</p>
      <TextField
        label={t('sign-in.email')}
        type="email"
        name="email"
        autoComplete="username"
        required
        value={email}
        onChange={setEmail}
      />
      <Button kind="primary" type="submit" isDisabled={forms.isBusy}>
        {t('sign-in.sendCode')}
      </Button>
      <div className={styles.ways}>
        <Button kind="quiet" onPress={() => forms.go({ kind: 'sign-in' })}>
          {t('app.back')}
        </Button>
      </div>
    </form>
  );
}

export function ResetForm({ email, forms }: { readonly email: string; readonly forms: SignInForms }) {
  const { t } = useTranslation();
  const session = useSession();
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        forms.attempt(async () => {
          const outcome = await session.userPool().resetPassword({ email, code: code.trim(), password });
          return outcome.kind === 'refused' ? outcome : forms.go({ kind: 'sign-in', wasReset: true });
        });
      }}
    >
      <h1>{t('sign-in.forgotTitle')}</h1>
      <p>{t('sign-in.resetText', { email })}</p>
      <TextField
        label={t('sign-in.code')}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        value={code}
        onChange={setCode}
      />
      <PasswordField isNew label={t('sign-in.newPassword')} value={password} onChange={setPassword} />
      <Button kind="primary" type="submit" isDisabled={forms.isBusy}>
        {t('sign-in.reset')}
      </Button>
      <div className={styles.ways}>
        <Button kind="quiet" onPress={() => forms.go({ kind: 'sign-in' })}>
          {t('app.back')}
        </Button>
      </div>
    </form>
  );
}
