import { useEffect, useSyncExternalStore } from 'react';
import { Link, useRoute } from 'wouter';
import { UpdateNotice } from '../features/offline/update-notice.tsx';
import { StorageMeter } from '../features/usage/storage-meter.tsx';
import type { MessageKey } from '../messages/translate.ts';
import { useTranslation } from '../messages/translate.ts';
import { useSignedIn } from '../session/session-context.ts';
import { IconButton } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { Icon } from '../ui/icons/icon.tsx';
import type { IconName } from '../ui/icons/icon-paths.ts';
import { Logo } from '../ui/logo.tsx';
import styles from './shell.module.css';

const PLACES = [
  { href: '/', icon: 'files', text: 'app.navFiles' },
  { href: '/recent', icon: 'clock', text: 'app.navRecent' },
  { href: '/starred', icon: 'star', text: 'app.navStarred' },
  { href: '/photos', icon: 'image', text: 'app.navPhotos' },
  { href: '/shared', icon: 'people', text: 'app.navShared' },
  { href: '/links', icon: 'link', text: 'app.navLinks' },
  { href: '/trash', icon: 'trash', text: 'app.navTrash' },
] as const;

const MORE_PLACES = [
  { href: '/offline', icon: 'kept', text: 'offline.nav' },
  { href: '/devices', icon: 'desktop', text: 'app.navDevices' },
  { href: '/usage', icon: 'usage', text: 'app.navUsage' },
  { href: '/settings', icon: 'settings', text: 'app.navSettings' },
] as const;

/** Where one can go. On a phone it lies over the page while it is open. */
export function Navigation({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { account } = useSignedIn();
  useEffect(() => {
    if (!isOpen) return undefined;
    const leave = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onClose();
    };
    addEventListener('keydown', leave);
    return () => removeEventListener('keydown', leave);
  }, [isOpen, onClose]);
  return (
    <>
      {isOpen && <div className={styles.curtain} onPointerDown={onClose} />}
      <nav className={cx(styles.navigation, isOpen && styles.open)} aria-label={t('app.navigation')}>
        <div className={styles.head}>
          <Link href="/" className={styles.home}>
            <Logo />
          </Link>
          {isOpen && <IconButton icon="close" label={t('app.close')} onPress={onClose} autoFocus />}
        </div>
        <ul>
          {PLACES.map((place) => (
            <Place key={place.href} {...place} />
          ))}
        </ul>
        <hr className={styles.line} />
        <ul>
          {MORE_PLACES.map((place) => (
            <Place key={place.href} {...place} />
          ))}
          {account.isOperator === true && <Place href="/operator" icon="activity" text="app.navOperator" />}
        </ul>
        <div className={styles.foot}>
          <StorageMeter />
          <UpdateNotice />
          <LiveStatus />
        </div>
      </nav>
    </>
  );
}

function Place({ href, icon, text }: { readonly href: string; readonly icon: IconName; readonly text: MessageKey }) {
  const { t } = useTranslation();
  const [isHere] = useRoute(href);
  const [isFolder] = useRoute('/folder/*');
  const isCurrent = isHere || (href === '/' && isFolder);
  return (
    <li>
      <Link href={href} className={cx(styles.place, isCurrent && styles.here)} aria-current={isCurrent && 'page'}>
        <Icon name={icon} />
        {t(text)}
      </Link>
    </li>
  );
}

/** Whether what is shown is as it is. */
function LiveStatus() {
  const { t } = useTranslation();
  const { state } = useSignedIn().live;
  const live = useSyncExternalStore(state.subscribe, state.get);
  return (
    <p className={styles.live} data-state={live} role="status">
      <span className={styles.dot} />
      {t(`app.${live}`)}
    </p>
  );
}
