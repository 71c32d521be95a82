import { useLocation } from 'wouter';
import { useSigningOut } from '../features/offline/use-signing-out.tsx';
import { SearchBox } from '../features/search/search-box.tsx';
import { useTranslation } from '../messages/translate.ts';
import { useSignedIn } from '../session/session-context.ts';
import { IconButton } from '../ui/button.tsx';
import { MenuButton } from '../ui/menu.tsx';
import { shownName } from '../ui/shown-name.ts';
import styles from './shell.module.css';

/** Search, and the account. */
export function TopBar({ onMenu }: { readonly onMenu: () => void }) {
  const { t } = useTranslation();
  const { signOut, question } = useSigningOut();
  const { email } = useSignedIn();
  const [, navigate] = useLocation();
  const name = email ?? t('app.account');
  return (
    <header className={styles.top}>
      <IconButton icon="menu" label={t('app.menu')} className={styles.menuButton} onPress={onMenu} />
      <SearchBox />
      <MenuButton
        label={`${t('app.account')}: ${shownName(name)}`}
        className={styles.person}
        entries={[
          {
            id: 'settings',
            text: t('app.navSettings'),
            icon: 'settings',
            run: () => navigate('/settings'),
          },
          'separator',
          {
            id: 'sign-out',
            text: t('app.signOut'),
            icon: 'sign-out',
            run: signOut,
          },
        ]}
      >
        <span className={styles.initial} data-initial={name.slice(0, 1).toUpperCase()} />
      </MenuButton>
      {question}
    </header>
  );
}
