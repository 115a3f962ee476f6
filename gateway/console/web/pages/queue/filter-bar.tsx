/** What bounds the queue: counts by state, words, order, further filters, saved ones, and a chip for each bound. */
import { Button, Input, Popover, Select, Switch } from 'antd';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { go } from '../../app/router.js';
import { useWords } from '../../app/words-of.js';
import { useCounts } from './data.js';
import { chipsOf, LIST_KEYS, ORDERS, pathOf, STATES, WAITING, withList, withoutChip, withText, type Chip, type Filter, type ListKey, type TextKey, type View } from './filter.js';
import { heldWords, wordFor } from './held-words.js';
import { SavedFilters } from './saved-filters.js';
import { queueWords } from './words.js';

/** A change of filter begins at the first page. */
const to = (view: View, change: Partial<View>): void => go(pathOf({ ...view, after: undefined, ...change }));

export function FilterBar({ view, seen }: { readonly view: View; readonly seen: Readonly<Record<'route' | 'detector', readonly string[]>> }): ReactNode {
  const words = useWords(queueWords);
  const [open, setOpen] = useState(false);
  const panel = useId();
  const chips = chipsOf(view.filter);
  return (
    <div className="filter-bar">
      <StateTabs view={view} />
      <div className="filter-line" role="search">
        <Search view={view} />
        <Button aria-expanded={open} aria-controls={panel} onClick={() => setOpen(!open)}>
          {words.filters}
          {chips.length > 0 ? ` · ${chips.length}` : ''}
        </Button>
        <SavedFilters view={view} />
        <span className="spread" />
        <Order view={view} />
        <label className="q-switch">
          <Switch size="small" checked={view.grouped} onChange={(grouped) => to(view, { grouped })} aria-label={words.grouped} />
          <span aria-hidden="true">{words.grouped}</span>
        </label>
      </div>
      <div id={panel}>{open ? <FilterPanel view={view} seen={seen} /> : null}</div>
      <Chips view={view} chips={chips} />
    </div>
  );
}

function StateTabs({ view }: { readonly view: View }): ReactNode {
  const words = useWords(queueWords);
  const held = useWords(heldWords);
  const { data: counts } = useCounts();
  const { state, assignee, ...rest } = view.filter;
  const only = state?.length === 1 ? state[0] : undefined;
  const waiting = WAITING.reduce((sum, one) => sum + (counts?.states[one] ?? 0), 0);
  const tab = (key: string, label: string, filter: Filter, count: number | undefined, active: boolean): ReactNode => (
    <li key={key}>
      <button type="button" className="state-tab" aria-pressed={active} onClick={() => to(view, { filter })}>
        <span>{label}</span>
        {count === undefined ? null : <b>{count.toLocaleString()}</b>}
      </button>
    </li>
  );
  return (
    <ul className="state-tabs" aria-label={words.views}>
      {tab('waiting', words.allWaiting, rest, counts === undefined ? undefined : waiting, state === undefined && assignee === undefined)}
      {tab('mine', words.mine, { ...rest, assignee: 'me' }, counts?.mine, assignee === 'me')}
      {tab('nobody', words.unassigned, { ...rest, assignee: 'nobody' }, counts?.unassigned, assignee === 'nobody')}
      {WAITING.filter((one) => one === 'held' || one === 'awaiting-second' || (counts?.states[one] ?? 0) > 0 || only === one).map((one) => tab(one, wordFor(held, 'state', one), { ...rest, state: [one] }, counts?.states[one] ?? 0, only === one && assignee === undefined))}
      {tab('all', words.all, { ...rest, state: ['all'] }, undefined, only === 'all')}
      {counts !== undefined && counts.late > 0 ? <li className="sla-late late-count">{words.late(counts.late)}</li> : null}
    </ul>
  );
}

function Search({ view }: { readonly view: View }): ReactNode {
  const words = useWords(queueWords);
  const given = view.filter.text ?? '';
  const [text, setText] = useState(given);
  useEffect(() => setText(given), [given]);
  return (
    <Input
      type="search"
      className="queue-search"
      value={text}
      allowClear
      placeholder={words.search}
      aria-label={words.searchLabel}
      maxLength={200}
      onChange={(event) => {
        setText(event.target.value);
        if (event.target.value === '' && given !== '') to(view, { filter: withText(view.filter, 'text', '') });
      }}
      onPressEnter={(event) => {
        to(view, { filter: withText(view.filter, 'text', text) });
        event.currentTarget.blur();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}

function Order({ view }: { readonly view: View }): ReactNode {
  const words = useWords(queueWords);
  const held = useWords(heldWords);
  return (
    <>
      <Select aria-label={words.order} value={view.order} disabled={view.grouped} onChange={(order) => to(view, { order })} options={ORDERS.map((value) => ({ value, label: words[`order.${value}`] }))} popupMatchSelectWidth={false} />
      <Popover
        trigger={['click']}
        title={words.riskHow}
        content={
          <div className="risk-how">
            <p>{words.riskText}</p>
            <small>{held.riskHint}</small>
          </div>
        }
      >
        <button type="button" className="how" aria-label={words.riskHow} title={words.riskHow}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="6.6" />
            <path d="M8 7.2v4M8 4.6v.6" />
          </svg>
        </button>
      </Popover>
    </>
  );
}

const CHOICES: Readonly<Record<Exclude<ListKey, 'route' | 'detector'>, readonly string[]>> = {
  state: STATES,
  severity: ['critical', 'high', 'medium', 'low', 'info'],
  channel: ['http', 'smtp'],
  grade: ['C3', 'C2', 'C1', 'core', 'important', 'general'],
};
const FREE = ['sender', 'recipient', 'destination'] as const satisfies readonly TextKey[];

function FilterPanel({ view, seen }: { readonly view: View; readonly seen: Readonly<Record<'route' | 'detector', readonly string[]>> }): ReactNode {
  const words = useWords(queueWords);
  const label = useLabels();
  const id = useId();
  const [filter, setFilter] = useState(view.filter);
  useEffect(() => setFilter(view.filter), [view.filter]);
  return (
    <form
      className="filter-panel"
      onSubmit={(event) => {
        event.preventDefault();
        to(view, { filter });
      }}
    >
      {LIST_KEYS.map((key) => {
        const choices = key === 'route' || key === 'detector' ? [...new Set([...seen[key], ...(filter[key] ?? [])])] : CHOICES[key];
        return (
          <div key={key} className="q-field">
            <label htmlFor={`${id}-${key}`}>{words[`key.${key}`]}</label>
            <Select
              id={`${id}-${key}`}
              mode={key === 'route' || key === 'detector' ? 'tags' : 'multiple'}
              allowClear
              placeholder={words.choose}
              value={[...(filter[key] ?? [])].filter((one) => one !== 'all')}
              onChange={(values: string[]) => setFilter(withList(filter, key, values))}
              options={choices.map((value) => ({ value, label: label({ key, value }) }))}
            />
          </div>
        );
      })}
      {FREE.map((key) => (
        <div key={key} className="q-field">
          <label htmlFor={`${id}-${key}`}>{words[`key.${key}`]}</label>
          <Input id={`${id}-${key}`} value={filter[key] ?? ''} onChange={(event) => setFilter(withText(filter, key, event.target.value))} />
        </div>
      ))}
      {(['from', 'to'] as const).map((key) => (
        <div key={key} className="q-field">
          <label htmlFor={`${id}-${key}`}>{words[`key.${key}`]}</label>
          <Input id={`${id}-${key}`} type="date" value={filter[key] ?? ''} onChange={(event) => setFilter(withText(filter, key, event.target.value))} />
        </div>
      ))}
      <Button type="primary" htmlType="submit">
        {words.apply}
      </Button>
    </form>
  );
}

function Chips({ view, chips }: { readonly view: View; readonly chips: readonly Chip[] }): ReactNode {
  const words = useWords(queueWords);
  const label = useLabels();
  if (chips.length === 0) return null;
  return (
    <ul className="chips" aria-label={words.chips}>
      {chips.map((chip) => {
        const text = `${words[`key.${chip.key}`]}: ${label(chip)}`;
        return (
          <li key={`${chip.key} ${chip.value}`}>
            <button type="button" className="chip" aria-label={words.remove(text)} onClick={() => to(view, { filter: withoutChip(view.filter, chip) })}>
              {text} <span aria-hidden="true">×</span>
            </button>
          </li>
        );
      })}
      <li>
        <Button type="link" size="small" onClick={() => to(view, { filter: {} })}>
          {words.clear}
        </Button>
      </li>
    </ul>
  );
}

/** A key of a group or a mark of a sender tells nobody anything: it is cut. */
const MARK_SHOWN = 8;
function useLabels(): (chip: Chip) => string {
  const words = useWords(queueWords);
  const held = useWords(heldWords);
  return ({ key, value }) => {
    if (key === 'state') return value === 'all' ? words.all : wordFor(held, 'state', value);
    if (key === 'severity' || key === 'channel' || key === 'detector') return wordFor(held, key, value);
    if (key === 'assignee') return value === 'me' ? words.me : value === 'nobody' ? words.nobody : value;
    if (key === 'group' || ((key === 'sender' || key === 'recipient') && !/[@.]/.test(value))) return `${value.slice(0, MARK_SHOWN)}…`;
    return value;
  };
}
