import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSession } from '../../session/session-context.ts';
import { PasswordField } from './password-field.tsx';
import type { SignInForms } from './sign-in-page.tsx';
import { CodeField, EmailField, StepForm } from './step-form.tsx';

/** Asks where to send a code to. What comes next says nothing about whether there is such an account. */
export function ForgotForm({ forms }: { readonly forms: SignInForms }) {
  const { t } = useTranslation();
  const session = useSession();
  const [email, setEmail] = useState('');
  return (
    <StepForm
      title={t('sign-in.forgotTitle')}
      text={t('sign-in.forgotText')}
      action={t('sign-in.sendCode')}
      forms={forms}
      submit={async () => {
        const outcome = await session.userPool().forgotPassword(email);
        return outcome.kind === 'refused' ? outcome : forms.go({ kind: 'reset', email });
      }}
    >
      <EmailField value={email} onChange={setEmail} />
    </StepForm>
  );
}

export function ResetForm({ email, forms }: { readonly email: string; readonly forms: SignInForms }) {
  const { t } = useTranslation();
  const session = useSession();
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  return (
    <StepForm
      title={t('sign-in.forgotTitle')}
      text={t('sign-in.resetText', { email })}
      action={t('sign-in.reset')}
      forms={forms}
      submit={async () => {
        const outcome = await session.userPool().resetPassword({ email, code: code.trim(), password });
        return outcome.kind === 'refused' ? outcome : forms.go({ kind: 'sign-in', wasReset: true });
      }}
    >
      <CodeField value={code} onChange={setCode} />
      <PasswordField isNew label={t('sign-in.newPassword')} value={password} onChange={setPassword} />
    </StepForm>
  );
}
