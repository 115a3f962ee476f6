/** Accounts, what they are granted, their tokens, and the access review. */
import type { ReactNode } from 'react';
import { useMay } from '../../api/session.js';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { PageTabs } from '../../ui/page-tabs.js';
import { AccessReview } from './access-review.js';
import { Accounts } from './accounts.js';
import { Grants } from './grants.js';
import { Tokens } from './tokens.js';
import { accountsWords } from './words.js';

export function AccountsPage(): ReactNode {
  const words = useWords(accountsWords);
  const manages = useMay('accounts.manage');
  const approves = useMay('grants.approve');
  return (
    <PageFrame title={words.title}>
      <PageTabs
        label={words.title}
        tabs={[
          ...(manages ? [{ key: 'accounts', label: words.tabAccounts, children: <Accounts /> }] : []),
          ...(manages || approves ? [{ key: 'grants', label: words.tabGrants, children: <Grants /> }] : []),
          ...(manages ? [{ key: 'tokens', label: words.tabTokens, children: <Tokens /> }] : []),
          { key: 'review', label: words.tabReview, children: <AccessReview /> },
        ]}
      />
    </PageFrame>
  );
}
