/** The whole console: theme, language, data, and the page that the address asks for. */
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { App as AntdApp, ConfigProvider } from 'antd';
import en from 'antd/locale/en_US';
import zh from 'antd/locale/zh_CN';
import { StrictMode, useEffect, type ReactNode } from 'react';
import { ApiFailure, onSessionEnded } from '../api/client.js';
import { sessionQuery } from '../api/session.js';
import { localeOf, useLanguage } from './language.js';
import { Layout } from './layout.js';
import { themeFor, useRootScheme, useScheme } from './theme.js';

/** A failed question is asked once more only when nobody answered. */
const RETRIES = 1;
const client = new QueryClient({
  defaultOptions: {
    queries: { retry: (count, error) => count < RETRIES && error instanceof ApiFailure && error.status === 0, staleTime: 10_000, refetchOnWindowFocus: true },
  },
});
// The layout sees that nobody is signed in, and leads to the sign-in page and back.
onSessionEnded(() => void client.invalidateQueries({ queryKey: sessionQuery.queryKey }));

export function Console(): ReactNode {
  return (
    <StrictMode>
      <QueryClientProvider client={client}>
        <Dressed />
      </QueryClientProvider>
    </StrictMode>
  );
}

function Dressed(): ReactNode {
  const language = useLanguage();
  const scheme = useScheme();
  const session = useQuery(sessionQuery);
  useRootScheme(scheme);
  useEffect(() => {
    document.documentElement.lang = localeOf[language];
  }, [language]);
  return (
    <ConfigProvider theme={themeFor(scheme)} locale={language === 'zh' ? zh : en} button={{ autoInsertSpace: false }}>
      <AntdApp className="console" message={{ maxCount: 3 }}>
        <Layout session={session} />
      </AntdApp>
    </ConfigProvider>
  );
}
