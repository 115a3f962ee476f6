/** One's own account: roles, password, recovery codes, tokens, and how the console looks. */
import { App } from 'antd';
import type { ReactNode } from 'react';
import { useRenewSession, useSession } from '../../api/session.js';
import { LanguageSwitch, ThemeSwitch } from '../../app/header.js';
import { Link } from '../../app/router.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { Moment } from '../../ui/moment.js';
import { PageFrame, Section } from '../../ui/page-frame.js';
import { ScopeText } from '../accounts/scope-text.js';
import { Tokens } from '../accounts/tokens.js';
import { ChangePasswordForm } from '../sign-in/change-password.js';
import { RenewCodes } from './renew-codes.js';
import { meWords } from './words.js';

/** Fewer than this are soon gone. */
const FEW_CODES = 3;

export function MePage(): ReactNode {
  const words = useWords(meWords);
  const app = useWords(appWords);
  const { message } = App.useApp();
  const renew = useRenewSession();
  const session = useSession();
  if (session?.account === undefined) return null;
  const { account, roles, scope, expiresAt, recoveryCodes } = session;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.displayName, account.displayName],
    [words.name, <code key="name">{account.name}</code>],
    [words.roles, roles.length === 0 ? words.noRoles : roles.map((role) => app[`role.${role}`]).join(' · ')],
    ...(roles.includes('reviewer') || roles.includes('approver') ? [[words.scope, <ScopeText key="scope" scope={scope} />] as const] : []),
    ...(expiresAt === undefined ? [] : [[words.session, <Moment key="end" at={expiresAt} />] as const]),
  ];
  return (
    <PageFrame title={words.title} actions={<Link to="/tour">{words.tour}</Link>}>
      <Section title={words.who}>
        <dl className="facts">
          {facts.map(([title, fact]) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{fact}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title={words.looks}>
        <div className="row">
          <LanguageSwitch />
          <ThemeSwitch />
          <small>{words.here}</small>
        </div>
      </Section>
      {recoveryCodes === undefined ? null : (
        <Section title={words.recovery}>
          <p className="empty">
            {words.recoveryLeft(recoveryCodes)} {recoveryCodes < FEW_CODES ? words.recoveryFew : ''}
          </p>
          <RenewCodes onDone={renew} />
        </Section>
      )}
      <Section title={words.password}>
        <ChangePasswordForm
          onDone={async () => {
            await renew();
            void message.success(words.changed);
          }}
        />
      </Section>
      <Tokens />
    </PageFrame>
  );
}
