/** Name, language, theme, and the one who is signed in. */
import { useQueryClient } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import type { ReactNode } from 'react';
import { post } from '../api/client.js';
import { sessionQuery } from '../api/session.js';
import type { SessionAnswer } from '../../../review/session-schemas.js';
import { language, LANGUAGES, useLanguage } from './language.js';
import { useKept } from './kept.js';
import { Link } from './router.js';
import { CHOICES, themeChoice } from './theme.js';
import { appWords } from './words.js';
import { useWords } from './words-of.js';

/** Each language under its own name. */
const NAMES = { en: 'English', zh: '中文' } as const;

export function Header({ session, onKeys }: { readonly session: SessionAnswer | undefined; readonly onKeys: () => void }): ReactNode {
  const words = useWords(appWords);
  return (
    <header className="header">
      <Link to="/" className="brand">
        <img src="/icon.svg" alt="" width={22} height={22} />
        <strong>Weir</strong>
        <span>{words.tagline}</span>
      </Link>
      <div className="header-tools">
        <LanguageSwitch />
        <ThemeSwitch />
        <Button type="text" onClick={onKeys} aria-label={words.keys}>
          ?
        </Button>
        {session?.account === undefined ? null : (
          <>
            <Link to="/me" className="who">
              {session.account.displayName}
              <small>{session.roles.map((role) => words[`role.${role}`]).join(' · ')}</small>
            </Link>
            <SignOut />
          </>
        )}
      </div>
    </header>
  );
}

export function LanguageSwitch(): ReactNode {
  const words = useWords(appWords);
  const now = useLanguage();
  return <Segmented aria-label={words.language} value={now} onChange={language.set} options={LANGUAGES.map((value) => ({ value, label: <span lang={value === 'zh' ? 'zh-CN' : 'en'}>{NAMES[value]}</span> }))} />;
}

export function ThemeSwitch(): ReactNode {
  const words = useWords(appWords);
  const now = useKept(themeChoice);
  // The browser's own: quicker than antd's, which also looks like a password field to password safes.
  return (
    <select className="plain-select" aria-label={words.theme} value={now} onChange={(event) => themeChoice.set(CHOICES.find((choice) => choice === event.target.value) ?? 'system')}>
      {CHOICES.map((value) => (
        <option key={value} value={value}>
          {words[value]}
        </option>
      ))}
    </select>
  );
}

function SignOut(): ReactNode {
  const words = useWords(appWords);
  const client = useQueryClient();
  const leave = async (): Promise<void> => {
    await post('/session/end');
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
    await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  return (
    <Button type="text" onClick={() => void leave()}>
      {words.signOut}
    </Button>
  );
}
