/** The masked content: its parts with what was read of each, and one part drawn as text, table or form. Never as what it claims to be. */
import { Alert, Button, Skeleton } from 'antd';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Segment } from '../../../../review/content-schemas.js';
import { useWords } from '../../app/words-of.js';
import { Failure } from '../../ui/failure.js';
import { Section } from '../../ui/page-frame.js';
import { announce } from '../queue/announce.js';
import { size } from '../queue/duration.js';
import { heldWords, wordFor } from '../queue/held-words.js';
import { Cautions, SafeText } from '../queue/safe-text.js';
import { useContent, type Message } from './data.js';
import { bandOf, FindingText } from './finding-words.js';
import { drawnRows, firstPart, isPlain, joined, partRows, percent, type Drawn, type PartRow } from './view-rows.js';
import { messageWords, partName } from './words.js';

/** A finding to be shown; a new object each time it is asked for. */
export interface Sought {
  readonly finding: number;
}
/** So many further pages are fetched in search of a finding. */
const PAGES_SOUGHT = 30;

export interface ContentProps {
  readonly message: Message;
  readonly part: string | undefined;
  readonly onPart: (part: string) => void;
  readonly sought: Sought | undefined;
  readonly active: number | undefined;
  readonly onActive: (finding: number) => void;
  readonly onParts: (paths: readonly string[]) => void;
}

export function ContentView(props: ContentProps): ReactNode {
  const { message, part, onPart, onParts } = props;
  const words = useWords(messageWords);
  const content = useContent(message.id, part, message.canBeOpened);
  const pages = content.data?.pages;
  const first = pages?.[0];
  const rows = useMemo(() => partRows(first?.parts, message.receipt.parts, message.findings), [first, message]);
  useEffect(() => onParts(rows.map(({ path }) => path)), [rows, onParts]);
  const drawn = useMemo(() => joined(pages ?? []), [pages]);
  const shown = part ?? first?.part;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const begin = part === undefined && drawn?.kind === 'mail' ? firstPart(rows) : undefined;
  useEffect(() => {
    if (begin !== undefined) onPart(begin);
  }, [begin, onPart]);
  useSought(props.sought, shown, content.hasNextPage, () => void content.fetchNextPage(), content.isFetchingNextPage, pages?.length ?? 0);
  return (
    <>
      <Section title={words.parts}>
        <CoverageSummary message={message} />
        <ul className="parts">
          {drawnRows(rows, open, shown).map((row) => (
            <PartItem
              key={row.path}
              row={row}
              shown={row.path === shown}
              onShow={() => onPart(row.path)}
              canShow={message.canBeOpened}
              inside={row.holds ? { parts: rows.filter(({ within }) => within.includes(row.path)).length, open: open.has(row.path), toggle: () => setOpen(toggled(open, row.path)) } : undefined}
            />
          ))}
        </ul>
        {(first?.moreParts ?? message.receipt.more) > 0 ? <small>{words.moreParts(first?.moreParts ?? message.receipt.more)}</small> : null}
      </Section>
      <Section title={words.content} actions={<small>{words.contentNote}</small>}>
        {!message.canBeOpened ? (
          <Alert type="info" showIcon title={words.keyAbsent} />
        ) : content.isError ? (
          <Failure error={content.error} retry={() => void content.refetch()} />
        ) : drawn === undefined ? (
          <Skeleton active paragraph={{ rows: 8 }} />
        ) : (
          <>
            <DrawnView drawn={drawn} message={message} active={props.active} onActive={props.onActive} />
            {content.hasNextPage ? (
              <Button onClick={() => void content.fetchNextPage()} loading={content.isFetchingNextPage}>
                {words.moreContent}
              </Button>
            ) : null}
          </>
        )}
      </Section>
    </>
  );
}

/** Scrolls to a finding once it is drawn, fetching further pages of the part until it is; `onMissing` where it is in none of them. */
export function useSought(sought: Sought | undefined, part: string | undefined, hasMore: boolean, fetchMore: () => void, fetching: boolean, pages: number, onMissing?: () => boolean): void {
  const words = useWords(messageWords);
  const done = useRef<Sought>(undefined);
  useEffect(() => {
    if (sought === undefined || done.current === sought || part === undefined || pages === 0 || fetching) return;
    const hit = document.querySelector<HTMLElement>(`.content-view [data-finding="${sought.finding}"]`);
    if (hit === null && hasMore && pages < PAGES_SOUGHT) {
      fetchMore();
      return;
    }
    // Another way to show the part may have it: then it is still sought.
    if (hit === null && onMissing?.() === true) return;
    done.current = sought;
    if (hit === null) {
      announce(words.notShown);
      return;
    }
    hit.scrollIntoView({ block: 'center' });
    hit.focus({ preventScroll: true });
  });
}

function CoverageSummary({ message }: { readonly message: Message }): ReactNode {
  const words = useWords(messageWords);
  const { size: whole, scanned, unscanned, inside = { scanned: 0, unscanned: 0 } } = message.receipt;
  // A container may be opened to its last byte and still hold what nobody could read.
  const read = percent(scanned + inside.scanned, scanned + unscanned + inside.scanned + inside.unscanned);
  return (
    <div className="coverage">
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="4" className="coverage-unread" />
        <rect width={read} height="4" className="coverage-read" />
      </svg>
      <p>{unscanned === 0 ? words.coverageAll(size(whole)) : `${words.coverage(percent(scanned, scanned + unscanned), size(scanned), size(scanned + unscanned))} · ${words.coverageNot(size(unscanned))}`}</p>
      {inside.scanned + inside.unscanned === 0 ? null : (
        <p>{inside.unscanned === 0 ? words.insideAll(size(inside.scanned)) : words.inside(size(inside.scanned), size(inside.unscanned))}</p>
      )}
    </div>
  );
}

function toggled(open: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const next = new Set(open);
  if (!next.delete(path)) next.add(path);
  return next;
}

/** What a container offers: how many parts lie in it, and whether all are listed. */
interface Inside {
  readonly parts: number;
  readonly open: boolean;
  readonly toggle: () => void;
}

/** Deeper parts are shifted no further than this. */
const DEPTH_MOST = 6;

function PartItem({ row, shown, onShow, canShow, inside }: { readonly row: PartRow; readonly shown: boolean; readonly onShow: () => void; readonly canShow: boolean; readonly inside: Inside | undefined }): ReactNode {
  const words = useWords(messageWords);
  const held = useWords(heldWords);
  const label = row.name ?? partName(words, row.path);
  return (
    <li className={`part part-depth-${Math.min(row.depth, DEPTH_MOST)}`}>
      {inside === undefined ? (
        <button type="button" className="part-name" disabled={!canShow} aria-pressed={shown} onClick={onShow}>
          <SafeText text={label} />
        </button>
      ) : (
        <button type="button" className="part-name part-holder" aria-expanded={inside.open} title={words.partsInside(inside.parts)} onClick={inside.toggle}>
          <SafeText text={label} />
        </button>
      )}
      <Cautions codes={row.cautions} />
      <small>
        {row.mediaType === undefined ? '' : `${row.mediaType} · `}
        {size(row.size)}
      </small>
      {row.chain.length === 0 ? null : (
        <small className="part-chain" title={words.chain}>
          {row.chain.join(' › ')}
        </small>
      )}
      {row.findings > 0 ? <b className="part-count">{words.findingsOf(row.findings)}</b> : null}
      {row.unscanned > 0 || (!row.readable && row.why !== undefined) ? (
        <span className="part-unread">{words.partUnread(size(row.unscanned > 0 ? row.unscanned : row.size), wordFor(held, 'unread', row.why ?? 'unsupported'))}</span>
      ) : (
        <small>{inside === undefined ? words.partRead : words.partReadInside(inside.parts)}</small>
      )}
    </li>
  );
}

/** A few pieces in a line, such as the value of a field. */
export function Segments({ segments, message, active, onActive }: { readonly segments: readonly Segment[]; readonly message: Message; readonly active: number | undefined; readonly onActive: (finding: number) => void }): ReactNode {
  const [card, setCard] = useState<Card>();
  const id = useId();
  return (
    <>
      {segments.map((segment, at) => (isPlain(segment) ? <SafeText key={at} text={segment.text} /> : <Hit key={at} segment={segment} message={message} active={active === segment.finding && active !== undefined} cardId={id} onCard={setCard} onActive={onActive} />))}
      {card === undefined ? null : <HitCard id={id} card={card} message={message} />}
    </>
  );
}

export function DrawnView({ drawn, message, active, onActive }: { readonly drawn: Drawn; readonly message: Message; readonly active: number | undefined; readonly onActive: (finding: number) => void }): ReactNode {
  const words = useWords(messageWords);
  const held = useWords(heldWords);
  const [card, setCard] = useState<Card>();
  const id = useId();
  if (drawn.kind === 'mail') return <p>{words.choosePart}</p>;
  if (drawn.kind === 'binary') return <p>{words.binary(wordFor(held, 'unread', drawn.why))}</p>;
  const pieces = (segments: readonly Segment[]): ReactNode =>
    segments.map((segment, at) => (isPlain(segment) ? <SafeText key={at} text={segment.text} /> : <Hit key={at} segment={segment} message={message} active={active === segment.finding && active !== undefined} cardId={id} onCard={setCard} onActive={onActive} />));
  const empty = 'rows' in drawn ? drawn.rows.length === 0 : drawn.segments.every(({ text }) => text === '');
  return (
    <div className="content-view">
      {drawn.cautions.length === 0 ? null : <Alert type="warning" showIcon title={`${held.caution}: ${drawn.cautions.map((code) => wordFor(held, 'caution', code)).join('; ')}`} />}
      {empty ? (
        <p>{words.emptyPart}</p>
      ) : 'rows' in drawn ? (
        <div className="content-table" tabIndex={0} role="region" aria-label={words.content}>
          <table>
            <thead className="read-aloud">
              <tr>
                <th scope="col">{words.rowNumber}</th>
                {Array.from({ length: drawn.columns }, (_, at) => (
                  <th key={at} scope="col">
                    {words.column(at + 1)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {drawn.rows.map((cells, row) => (
                <tr key={row}>
                  <th scope="row">{row + 1}</th>
                  {cells.map((cell, column) => (
                    <td key={column}>{pieces(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <pre className={`content-text content-${drawn.kind}`} tabIndex={0} role="region" aria-label={words.content}>
          {pieces(drawn.segments)}
        </pre>
      )}
      {card === undefined ? null : <HitCard id={id} card={card} message={message} />}
    </div>
  );
}

interface Card {
  readonly finding: number;
  readonly top: number;
  readonly left: number;
}

function Hit({ segment, message, active, cardId, onCard, onActive }: { readonly segment: Segment; readonly message: Message; readonly active: boolean; readonly cardId: string; readonly onCard: (card: Card | undefined) => void; readonly onActive: (finding: number) => void }): ReactNode {
  const words = useWords(messageWords);
  const held = useWords(heldWords);
  const index = segment.finding;
  const finding = index === undefined ? undefined : message.findings[index];
  if (index === undefined || finding === undefined) {
    return (
      <span className="hit" title={words.hiddenNow}>
        {segment.text}
      </span>
    );
  }
  const show = (event: { readonly currentTarget: HTMLElement }): void => {
    const { bottom, left } = event.currentTarget.getBoundingClientRect();
    onCard({ finding: index, top: bottom + 4, left: Math.min(left, globalThis.innerWidth - CARD_WIDTH - CARD_MARGIN) });
  };
  const choose = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onActive(index);
  };
  const band = bandOf(finding.confidence);
  return (
    <span
      role="button"
      tabIndex={0}
      className={`hit hit-${band}${active ? ' hit-active' : ''}`}
      data-finding={index}
      aria-label={`${wordFor(held, 'detector', finding.detector)} ${segment.text}, ${words[`band.${band}`]}`}
      aria-describedby={cardId}
      onMouseEnter={show}
      onFocus={show}
      onMouseLeave={() => onCard(undefined)}
      onBlur={() => onCard(undefined)}
      onClick={() => onActive(index)}
      onKeyDown={choose}
    >
      {segment.text}
    </span>
  );
}
const CARD_WIDTH = 340;
const CARD_MARGIN = 12;

function HitCard({ id, card, message }: { readonly id: string; readonly card: Card; readonly message: Message }): ReactNode {
  const finding = message.findings[card.finding];
  if (finding === undefined) return null;
  return (
    <div id={id} role="tooltip" className="hit-card" style={{ top: card.top, left: card.left, width: CARD_WIDTH }}>
      <FindingText finding={finding} isFalse={message.falsePositives.includes(card.finding)} />
    </div>
  );
}
