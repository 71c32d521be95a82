import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Icon } from '../../ui/icons/icon.tsx';
import styles from './search-box.module.css';

/** Where one searches from every page. */
export function SearchBox() {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  return (
    <form
      role="search"
      className={styles.box}
      onSubmit={(event) => {
        event.preventDefault();
        navigate(`/search?q=${encodeURIComponent(text)}`);
      }}
    >
      <Icon name="search" />
      <input
        type="search"
        aria-label={t('search.placeholder')}
        placeholder={t('search.placeholder')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}
