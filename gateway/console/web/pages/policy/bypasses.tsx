/** Break-glass: proposed by one administrator, approved by another, over by itself after four hours at most. */
import { useQuery } from '@tanstack/react-query';
import { InputNumber, Select, Tag } from 'antd';
import { useState, type ReactNode } from 'react';
import type { BypassAnswer } from '../../../../review/exceptions-schemas.js';
import { post } from '../../api/client.js';
import { bypassesQuery } from '../../api/policy.js';
import { useMay, useSession } from '../../api/session.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { ReasonButton } from '../../ui/reason-button.js';
import { policyWords } from './words.js';

/** HC 37. */
const HOURS_MOST = 4;
type Deed = 'approve' | 'refuse' | 'end';

export function Bypasses(): ReactNode {
  const words = useWords(policyWords);
  const bypasses = useQuery(bypassesQuery);
  const proposes = useMay('bypass.propose');
  const columns: readonly Column<BypassAnswer>[] = [
    { key: 'route', title: words.route, cell: ({ route }) => <strong>{route}</strong> },
    { key: 'hours', title: words.hours, numeric: true, cell: ({ hours }) => hours },
    { key: 'reason', title: words.reason, wide: true, cell: ({ reason }) => reason },
    { key: 'proposed', title: words.proposed, cell: ({ proposedBy, proposedAt }) => <>{proposedBy.replace(/^account:/, '')} <small><Moment at={proposedAt} as="relative" /></small></> },
    { key: 'decided', title: words.decided, cell: ({ decidedBy, decisionReason }) => (decidedBy === undefined ? '–' : <>{decidedBy.replace(/^account:/, '')} <small>{decisionReason}</small></>) },
    { key: 'state', title: words.state, cell: ({ state, endsAt }) => (
      <>
        <Tag color={state === 'active' ? 'error' : state === 'proposed' ? 'processing' : 'default'}>{words[`exception.${state}`]}</Tag>
        {state === 'active' && endsAt !== undefined ? <small>{words.endsAt} <Moment at={endsAt} as="relative" /></small> : null}
      </>
    ) },
    { key: 'actions', title: '', cell: (bypass) => <Decide bypass={bypass} /> },
  ];
  return (
    <Loaded query={bypasses}>
      {(data) => (
        <Section title={words.tabBypass} actions={proposes ? <Propose routes={data.routes} /> : undefined}>
          <p className="hint">{words.bypassHint}</p>
          <DataTable label={words.tabBypass} columns={columns} rows={data.bypasses} rowKey={({ id }) => id} empty={words.noBypasses} />
        </Section>
      )}
    </Loaded>
  );
}

function Propose({ routes }: { readonly routes: readonly string[] }): ReactNode {
  const words = useWords(policyWords);
  const [route, setRoute] = useState(routes[0] ?? '');
  const [hours, setHours] = useState(1);
  const propose = useAct(async (reason: string) => post('/bypasses', { route, hours, reason }), { invalidates: [['bypasses']], done: words.done });
  return (
    <ReasonButton danger label={words.propose} text={words.bypassHint} act={propose.run}>
      <div className="row dialog-row">
        <label>
          {words.route}
          <Select value={route} onChange={setRoute} options={routes.map((value) => ({ value, label: value }))} aria-label={words.route} className="revision-select" />
        </label>
        <label>
          {words.hours}
          <InputNumber min={0.5} max={HOURS_MOST} step={0.5} value={hours} onChange={(value) => setHours(value ?? 1)} aria-label={words.hours} />
        </label>
      </div>
    </ReasonButton>
  );
}

function Decide({ bypass }: { readonly bypass: BypassAnswer }): ReactNode {
  const words = useWords(policyWords);
  const approves = useMay('bypass.approve');
  const proposes = useMay('bypass.propose');
  const me = useSession()?.account?.name ?? '';
  const decide = useAct(async ({ deed, reason }: { readonly deed: Deed; readonly reason: string }) => post(`/bypasses/${bypass.id}/${deed}`, { reason }), { invalidates: [['bypasses'], ['policy'], ['about']], done: words.done });
  const ending = (deed: 'end' | 'refuse', label: string): ReactNode => <ReasonButton danger label={label} act={(reason) => decide.run({ deed, reason })} />;
  if (bypass.state === 'active') return proposes ? ending('end', words.end) : null;
  if (bypass.state !== 'proposed') return null;
  // Who asked for it may take it back, and never approve it.
  if (proposes) return ending('end', words.takeBack);
  if (!approves || bypass.proposedBy === `account:${me}`) return null;
  return (
    <div className="actions">
      <ReasonButton danger label={words.approve} text={words.approveBypass(bypass.route, bypass.hours)} act={(reason) => decide.run({ deed: 'approve', reason })} />
      {ending('refuse', words.refuse)}
    </div>
  );
}
