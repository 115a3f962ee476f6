/** The policy: what runs, how it became so, what it would do, and who made exceptions from it. */
import type { ReactNode } from 'react';
import { useMay } from '../../api/session.js';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { PageTabs } from '../../ui/page-tabs.js';
import { Bypasses } from './bypasses.js';
import { ConfigurationText } from './configuration-text.js';
import { Exceptions } from './exceptions.js';
import { MonitorReport } from './monitor-report.js';
import { Revisions } from './revisions.js';
import { Rules } from './rules.js';
import { Validator } from './validator.js';
import { policyWords } from './words.js';
import './policy.css';

export function PolicyPage(): ReactNode {
  const words = useWords(policyWords);
  const reads = useMay('policy.read');
  const decides = useMay('exceptions.decide');
  return (
    <PageFrame title={words.title}>
      <PageTabs
        label={words.title}
        tabs={[
          ...(reads
            ? [
                { key: 'rules', label: words.tabRules, children: <Rules /> },
                { key: 'text', label: words.tabText, children: <ConfigurationText /> },
                { key: 'revisions', label: words.tabRevisions, children: <Revisions /> },
                { key: 'validate', label: words.tabValidate, children: <Validator /> },
                { key: 'monitor', label: words.tabMonitor, children: <MonitorReport /> },
              ]
            : []),
          ...(decides ? [{ key: 'exceptions', label: words.tabExceptions, children: <Exceptions /> }] : []),
          { key: 'bypass', label: words.tabBypass, children: <Bypasses /> },
        ]}
      />
    </PageFrame>
  );
}
