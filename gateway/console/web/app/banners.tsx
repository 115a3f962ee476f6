/** What everyone must see on every page. */
import { Alert } from 'antd';
import type { ReactNode } from 'react';
import type { SessionAnswer } from '../../../review/session-schemas.js';
import { appWords } from './words.js';
import { useWords } from './words-of.js';

export function Banners({ session }: { readonly session: SessionAnswer | undefined }): ReactNode {
  const words = useWords(appWords);
  return <div className="banners">{session?.phase === 'set-up' ? <Alert type="warning" showIcon banner title={words.setUp} /> : null}</div>;
}
