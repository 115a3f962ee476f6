/** How the machinery runs: jobs, alerts, nodes. */
import type { ReactNode } from 'react';
import { useMay } from '../../api/session.js';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { PageTabs } from '../../ui/page-tabs.js';
import { Alerts } from './alerts.js';
import { Jobs } from './jobs.js';
import { Nodes } from './nodes.js';
import { operationsWords } from './words.js';

export function OperationsPage(): ReactNode {
  const words = useWords(operationsWords);
  const seesSettings = useMay('settings.read');
  return (
    <PageFrame title={words.title}>
      <PageTabs label={words.title} tabs={[{ key: 'jobs', label: words.tabJobs, children: <Jobs /> }, ...(seesSettings ? [{ key: 'alerts', label: words.tabAlerts, children: <Alerts /> }, { key: 'nodes', label: words.tabNodes, children: <Nodes /> }] : [])]} />
    </PageFrame>
  );
}
