/** The overview: how much waits and for how long, what people decided, where findings come from, and whether the gateway is well. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import type { overviewAnswer } from '../../../../review/overview-schemas.js';
import { get } from '../../api/client.js';
import { useMay } from '../../api/session.js';
import { useLanguage } from '../../app/language.js';
import { go, Link, usePlace } from '../../app/router.js';
import { useWords } from '../../app/words-of.js';
import { Loaded } from '../../ui/loaded.js';
import { PageFrame, Section } from '../../ui/page-frame.js';
import { duration } from '../queue/duration.js';
import { heldWords, wordFor } from '../queue/held-words.js';
import { DecisionsChart } from './chart.js';
import { Bars, Picture, Strip } from './pictures.js';
import { everyDay, KINDS, total } from './series.js';
import { componentName, overviewWords } from './words.js';
import '../queue/marks.css';
import './overview.css';

type Overview = z.output<typeof overviewAnswer>;
const SPANS = [7, 30, 90] as const;
const USUAL_SPAN = 30;
/** Figures move slowly; the queue is where each message counts. */
const REFETCH_MS = 60_000;
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;

export function OverviewPage(): ReactNode {
  const words = useWords(overviewWords);
  const asked = Number(usePlace()?.query.get('days'));
  const days = SPANS.find((span) => span === asked) ?? USUAL_SPAN;
  const figures = useQuery({ queryKey: ['overview', days], queryFn: ({ signal }) => get<Overview>('/overview', { days }, signal), placeholderData: keepPreviousData, refetchInterval: REFETCH_MS });
  return (
    <PageFrame
      title={words.title}
      actions={<Segmented aria-label={words.span} value={days} onChange={(span) => go(`/overview?days=${span}`)} options={SPANS.map((value) => ({ value, label: words.days(value) }))} />}
    >
      <Loaded query={figures}>{(data) => <Figures data={data} />}</Loaded>
    </PageFrame>
  );
}

function Figures({ data }: { readonly data: Overview }): ReactNode {
  const words = useWords(overviewWords);
  const held = useWords(heldWords);
  const mayRead = useMay('messages.read');
  const to = (query: Record<string, string>): string | undefined => (mayRead ? `/queue?${new URLSearchParams({ ...query, state: 'all' }).toString()}` : undefined);
  const rows = everyDay(data.decisionsPerDay, data.days, new Date().toISOString().slice(0, 10));
  const decisions = rows.reduce((sum, row) => sum + total(row), 0);
  const severities = SEVERITIES.map((key) => ({ key, label: wordFor(held, 'severity', key), count: data.bySeverity[key] ?? 0 }));
  const waiting = severities.some(({ count }) => count > 0);
  const numeric = true as const;
  return (
    <div className="overview">
      <Tiles data={data} />
      <div className="overview-wide">
        <Picture
          title={words.decisions}
          empty={decisions === 0}
          rows={rows}
          rowKey={({ day }) => day}
          columns={[{ key: 'day', title: words.day, cell: ({ day }) => day }, ...KINDS.map((kind) => ({ key: kind, title: words[`kind.${kind}`], cell: (row: (typeof rows)[number]) => row[kind], numeric })), { key: 'total', title: words.total, cell: total, numeric }]}
        >
          <DecisionsChart rows={rows} label={words.decisionsAlt(decisions, data.days)} />
          <ul className="overview-legend">
            {KINDS.map((kind) => (
              <li key={kind}>
                <span className={`swatch swatch-${kind}`} aria-hidden="true" />
                {words[`kind.${kind}`]} <b>{rows.reduce((sum, row) => sum + row[kind], 0).toLocaleString()}</b>
              </li>
            ))}
          </ul>
        </Picture>
      </div>
      <div className="overview-wide">
        <Picture title={words.waitingBySeverity} empty={!waiting} rows={severities} rowKey={({ key }) => key} columns={[{ key: 'severity', title: words.colSeverity, cell: ({ label }) => label }, { key: 'count', title: words.colMessages, cell: ({ count }) => count, numeric }]}>
          <Strip parts={severities} label={words.waitingBySeverity} />
        </Picture>
      </div>
      <Picture
        title={words.findings}
        empty={data.findingsByType.length === 0}
        rows={data.findingsByType}
        rowKey={({ detector }) => detector}
        columns={[{ key: 'type', title: words.colType, cell: ({ detector }) => wordFor(held, 'detector', detector) }, { key: 'findings', title: words.colFindings, cell: ({ findings }) => findings, numeric }, { key: 'messages', title: words.colMessages, cell: ({ messages }) => messages, numeric }]}
      >
        <Bars bars={data.findingsByType.map(({ detector, findings, messages }) => ({ key: detector, label: wordFor(held, 'detector', detector), count: findings, note: words.inMessages(messages), to: to({ detector }) }))} />
      </Picture>
      <Picture
        title={words.channels}
        empty={data.byChannel.length === 0}
        rows={data.byChannel}
        rowKey={({ channel }) => channel}
        columns={[{ key: 'channel', title: words.colChannel, cell: ({ channel }) => wordFor(held, 'channel', channel) }, { key: 'messages', title: words.colMessages, cell: ({ messages }) => messages, numeric }, { key: 'findings', title: words.colFindings, cell: ({ findings }) => findings, numeric }]}
      >
        <Bars bars={data.byChannel.map(({ channel, messages }) => ({ key: channel, label: wordFor(held, 'channel', channel), count: messages, to: to({ channel }) }))} />
        <h3 className="overview-sub">{words.routes}</h3>
        <Bars bars={data.byRoute.map(({ route, messages }) => ({ key: route, label: route, count: messages, to: to({ route }) }))} />
      </Picture>
      <Picture
        title={words.senders}
        empty={data.topSenders.length === 0}
        rows={data.topSenders}
        rowKey={({ sender, mark }) => `${sender} ${mark ?? ''}`}
        columns={[{ key: 'sender', title: words.colSender, cell: ({ sender }) => sender, wide: true }, { key: 'messages', title: words.colMessages, cell: ({ messages }) => messages, numeric }]}
      >
        <Bars bars={data.topSenders.map(({ sender, mark, messages }) => ({ key: `${sender} ${mark ?? ''}`, label: sender, count: messages, to: mark === undefined ? undefined : to({ sender: mark }) }))} />
      </Picture>
      <Picture
        title={words.destinations}
        empty={data.topDestinations.length === 0}
        rows={data.topDestinations}
        rowKey={({ destination }) => destination}
        columns={[{ key: 'destination', title: words.colDestination, cell: ({ destination }) => destination, wide: true }, { key: 'messages', title: words.colMessages, cell: ({ messages }) => messages, numeric }]}
      >
        <Bars bars={data.topDestinations.map(({ destination, messages }) => ({ key: destination, label: destination, count: messages, to: to({ destination }) }))} />
      </Picture>
      <div className="overview-wide">
        <Health health={data.health} />
      </div>
    </div>
  );
}

function Tiles({ data }: { readonly data: Overview }): ReactNode {
  const words = useWords(overviewWords);
  const language = useLanguage();
  const mayRead = useMay('messages.read');
  const percent = (rate: number): string => new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en', { style: 'percent', maximumFractionDigits: 1 }).format(rate);
  const oldest = data.oldestHeldAt === undefined ? undefined : (Date.now() - new Date(data.oldestHeldAt).getTime()) / 1000;
  const held = <strong>{data.held.toLocaleString()}</strong>;
  return (
    <dl className="overview-tiles">
      <div className={data.late > 0 ? 'tile tile-late' : 'tile'}>
        <dt>{words.held}</dt>
        <dd>{mayRead ? <Link to="/queue">{held}</Link> : held}</dd>
        <dd className="tile-note">
          {oldest === undefined ? words.nothing : <span>{words.oldest(duration(oldest, language))}</span>}
          {data.held === 0 ? null : <span className={data.late > 0 ? 'sla-late' : 'sla-ok'}>{data.late > 0 ? words.late(data.late) : words.inTime}</span>}
        </dd>
      </div>
      <Tile label={words.median} value={data.medianDecisionSeconds === undefined ? undefined : duration(data.medianDecisionSeconds, language)} note={words.days(data.days)} />
      <Tile label={words.unchanged} value={data.releasedUnchangedRate === undefined ? undefined : percent(data.releasedUnchangedRate)} note={words.unchangedHint} />
      <Tile label={words.falseRate} value={data.falsePositiveRate === undefined ? undefined : percent(data.falsePositiveRate)} note={words.falseHint} />
    </dl>
  );
}

function Tile({ label, value, note }: { readonly label: string; readonly value: string | undefined; readonly note: string }): ReactNode {
  const words = useWords(overviewWords);
  return (
    <div className="tile">
      <dt>{label}</dt>
      <dd>
        <strong>{value ?? '—'}</strong>
      </dd>
      <dd className="tile-note">{value === undefined ? words.noneDecided : note}</dd>
    </div>
  );
}

function Health({ health }: { readonly health: Overview['health'] }): ReactNode {
  const words = useWords(overviewWords);
  return (
    <Section title={words.health}>
      <ul className="health">
        {health.map(({ component, ok, neededFor, detail }) => (
          <li key={component} className={ok ? 'health-ok' : 'health-trouble'}>
            <strong>{componentName(words, component)}</strong>
            <span className="health-state">{ok ? words.ok : words.trouble}</span>
            <small>{words[`needed.${neededFor}`]}</small>
            {detail === '' ? null : <p>{detail}</p>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
