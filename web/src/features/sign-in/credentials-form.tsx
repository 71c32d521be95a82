import type { SignInRefused } from '@syncline/client';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSession } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PasswordField } from './password-field.tsx';
import type { SignInForms, SignInStep } from './sign-in-page.tsx';
import { EmailField, StepForm } from './step-form.tsx';

export interface CredentialsFormProps {
  readonly step: Extract<SignInStep, { readonly kind: 'sign-in' | 'sign-up' }>;
  readonly forms: SignInForms;
  readonly signIn: (given: { readonly email: string; readonly password: string }) => Promise<SignInRefused | undefined>;
}

/** An address and a password: for an account that there is, or for a new one. */
export function CredentialsForm({ step, forms, signIn }: CredentialsFormProps) {
  const { t } = useTranslation();
  const session = useSession();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const isNew = step.kind === 'sign-up';
  const signUp = async (): Promise<SignInRefused | undefined> => {
    const outcome = await session.userPool().signUp({ email, password });
    if (outcome.kind === 'refused') return outcome;
    return outcome.confirmed ? signIn({ email, password }) : forms.go({ kind: 'confirm', email, password });
  };
  const ways = (
    <>
      {!isNew && (
        <Button kind="quiet" onPress={() => forms.go({ kind: 'forgot' })}>
          {t('sign-in.forgot')}
        </Button>
      )}
      <p>
        {t(isNew ? 'sign-in.hasAccount' : 'sign-in.noAccount')}{' '}
        <Button kind="quiet" onPress={() => forms.go({ kind: isNew ? 'sign-in' : 'sign-up' })}>
          {t(isNew ? 'sign-in.signIn' : 'sign-in.makeAccount')}
        </Button>
      </p>
    </>
  );
  return (
    <StepForm
      title={t(isNew ? 'sign-in.signUpTitle' : 'sign-in.title')}
      action={t(isNew ? 'sign-in.signUp' : 'sign-in.signIn')}
      forms={forms}
      submit={() => (isNew ? signUp() : signIn({ email, password }))}
      ways={ways}
    >
      {step.kind === 'sign-in' && step.wasReset === true && <Notice kind="success">{t('sign-in.resetDone')}</Notice>}
      <EmailField value={email} onChange={setEmail} />
      <PasswordField isNew={isNew} label={t('sign-in.password')} value={password} onChange={setPassword} />
    </StepForm>
  );
}
