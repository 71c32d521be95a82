import { useState } from 'react';
import { chooseLanguage, LANGUAGES, type Language } from '../../messages/languages.ts';
import { showLanguage, useTranslation } from '../../messages/translate.ts';
import { readPreferences, showTheme, writePreferences } from '../../session/preferences.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Name } from '../../ui/name.tsx';
import { Page, PageSection } from '../../ui/page.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { KeptSection } from '../offline/kept-section.tsx';
import { useSigningOut } from '../offline/use-signing-out.tsx';
import { RetentionSetting } from './retention-setting.tsx';
import { SecondFactorSetting } from './second-factor-setting.tsx';
import styles from './settings.module.css';

/** How this browser shows the app, how the account signs in, and how long it keeps what is gone. */
export function SettingsPage() {
  const { t, language } = useTranslation();
  const { signOut, question } = useSigningOut();
  const { email } = useSignedIn();
  const [theme, setTheme] = useState(() => readPreferences().theme);
  return (
    <Page title={t('settings.title')}>
      <PageSection title={t('settings.look')}>
        <div className={styles.fields}>
          <SelectField
            label={t('settings.language')}
            value={chooseLanguage([language])}
            options={(Object.keys(LANGUAGES) as Language[]).map((value) => ({ value, text: LANGUAGES[value] }))}
            onChange={(chosen) => {
              writePreferences({ language: chosen });
              void showLanguage(chosen);
            }}
          />
          <SelectField
            label={t('settings.theme')}
            value={theme}
            options={(['system', 'light', 'dark'] as const).map((value) => ({
              value,
              text: t(`settings.theme_${value}`),
            }))}
            onChange={(next) => {
              setTheme(next);
              writePreferences({ theme: next });
              showTheme(next);
            }}
          />
        </div>
      </PageSection>
      <PageSection title={t('offline.kept')}>
        <KeptSection />
      </PageSection>
      <PageSection title={t('settings.keeping')}>
        <RetentionSetting />
      </PageSection>
      <PageSection title={t('settings.security')}>
        <SecondFactorSetting />
      </PageSection>
      <PageSection title={t('app.account')}>
        <p>
          <Name of={email ?? t('app.account')} />
        </p>
        <div>
          <Button icon="sign-out" onPress={signOut}>
            {t('app.signOut')}
          </Button>
          {question}
        </div>
      </PageSection>
    </Page>
  );
}
