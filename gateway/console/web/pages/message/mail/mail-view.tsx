/** A held mail under four tabs: its text as a receiver reads it, what is attached, its header, and everything with what was found. */
import { Alert, Button, Segmented, Skeleton, Tabs } from 'antd';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { useWords } from '../../../app/words-of.js';
import { Failure } from '../../../ui/failure.js';
import { Section } from '../../../ui/page-frame.js';
import { size } from '../../queue/duration.js';
import { heldWords, wordFor } from '../../queue/held-words.js';
import { Cautions, SafeText } from '../../queue/safe-text.js';
import { ContentView, DrawnView, Segments, useSought, type ContentProps } from '../content.js';
import { useContent, type ContentForm, type Mail } from '../data.js';
import { joined } from '../view-rows.js';
import { messageWords, partName } from '../words.js';
import { People } from './envelope.js';
import { fieldLabel, mainFields, tabOf, type MailTab } from './recipients.js';
import { mailWords } from './words.js';
import './mail.css';

export interface MailViewProps extends ContentProps {
  readonly mail: Mail;
  readonly tab: MailTab;
  readonly onTab: (tab: MailTab) => void;
}
type Part = Mail['texts'][number];

export function MailView(props: MailViewProps): ReactNode {
  const { mail, message, part, sought, tab, onTab, onParts } = props;
  const words = useWords(mailWords);
  const wanted = sought === undefined ? undefined : message.findings[sought.finding]?.part;
  // One goes where a finding stands, and where a part is shown; what is listed under all parts stays there.
  useEffect(() => {
    if (wanted !== undefined && sought !== undefined) onTab(tabOf(wanted, mail));
  }, [sought, wanted, mail, onTab]);
  useEffect(() => {
    if (tab !== 'findings') onParts([...mail.texts, ...mail.attachments].filter(({ holds }) => holds !== true).map(({ path }) => path));
  }, [mail, tab, onParts]);
  const shows = (one: MailTab): boolean => part !== undefined && tabOf(part, mail) === one;
  return (
    <section className="section mail-view" aria-label={words.mail}>
      <Tabs
        activeKey={tab}
        aria-label={words.mail}
        onChange={(key) => onTab(key as MailTab)}
        items={[
          { key: 'text', label: words['tab.text'], destroyOnHidden: true, children: <Message {...props} part={shows('text') ? part : undefined} /> },
          { key: 'attachments', label: words['tab.attachments'](mail.attachments.filter(({ depth }) => depth === 0).length), destroyOnHidden: true, children: <Attachments {...props} part={shows('attachments') ? part : undefined} /> },
          { key: 'headers', label: words['tab.headers'], destroyOnHidden: true, children: <Headers {...props} /> },
          { key: 'findings', label: words['tab.findings'](message.findings.length), destroyOnHidden: true, children: <ContentView {...props} /> },
        ]}
      />
    </section>
  );
}

function Message({ mail, message, part, onPart, sought, active, onActive }: MailViewProps): ReactNode {
  const words = useWords(mailWords);
  const [source, setSource] = useState(false);
  const shown = mail.texts.find(({ path }) => path === part) ?? mail.texts[0];
  const isHtml = shown?.mediaType === 'text/html';
  const forms = mail.texts.flatMap((one, at) =>
    one.mediaType === 'text/html'
      ? [
          { value: `${one.path} text`, label: numbered(words['as.html'], words.textOf(at + 1), mail.texts) },
          { value: `${one.path} source`, label: numbered(words['as.source'], words.textOf(at + 1), mail.texts) },
        ]
      : [{ value: `${one.path} text`, label: numbered(words['as.plain'], words.textOf(at + 1), mail.texts) }],
  );
  return (
    <>
      <dl className="facts mail-fields">
        {mainFields(mail.fields).map((field, at) => (
          <div key={at}>
            <dt>{fieldLabel(field.name)}</dt>
            <dd className={field.name === 'subject' ? 'mail-subject' : undefined}>
              <Value field={field} message={message} active={active} onActive={onActive} />
            </dd>
          </div>
        ))}
      </dl>
      {shown === undefined ? (
        <p>{words.noText}</p>
      ) : (
        <>
          <div className="mail-forms">
            {forms.length < 2 ? null : (
              <Segmented
                aria-label={words.shownAs}
                options={forms}
                value={`${shown.path} ${source && isHtml ? 'source' : 'text'}`}
                onChange={(value) => {
                  const [path = '', as] = value.split(' ');
                  setSource(as === 'source');
                  onPart(path);
                }}
              />
            )}
            {isHtml ? <small>{words.nothingLoaded}</small> : null}
          </div>
          <PartText key={shown.path} message={message} part={shown} as={isHtml && !source ? 'text' : 'source'} sought={sought} active={active} onActive={onActive} onMissing={() => isHtml && !source && (setSource(true), true)} />
        </>
      )}
    </>
  );
}

/** Where a mail has two texts of a kind they are told apart by a number. */
function numbered(label: string, number: string, texts: readonly Part[]): string {
  const kinds = texts.map(({ mediaType }) => mediaType);
  return new Set(kinds).size === kinds.length ? label : `${number}: ${label}`;
}

/** One part's text, page by page. */
function PartText({ message, part, as, sought, active, onActive, onMissing }: Pick<MailViewProps, 'message' | 'sought' | 'active' | 'onActive'> & { readonly part: Part; readonly as: ContentForm; readonly onMissing?: () => boolean }): ReactNode {
  const words = useWords(messageWords);
  const held = useWords(heldWords);
  const content = useContent(message.id, part.path, part.readable && part.holds !== true, as);
  const pages = content.data?.pages;
  const drawn = useMemo(() => joined(pages ?? []), [pages]);
  const isHere = sought !== undefined && message.findings[sought.finding]?.part === part.path;
  useSought(isHere ? sought : undefined, part.path, content.hasNextPage, () => void content.fetchNextPage(), content.isFetchingNextPage, pages?.length ?? 0, onMissing);
  if (!part.readable) return <p>{words.binary(wordFor(held, 'unread', part.why ?? 'unsupported'))}</p>;
  if (content.isError) return <Failure error={content.error} retry={() => void content.refetch()} />;
  if (drawn === undefined) return <Skeleton active paragraph={{ rows: 6 }} />;
  return (
    <>
      <DrawnView drawn={drawn} message={message} active={active} onActive={onActive} />
      {content.hasNextPage ? (
        <Button onClick={() => void content.fetchNextPage()} loading={content.isFetchingNextPage}>
          {words.moreContent}
        </Button>
      ) : null}
    </>
  );
}

/** Deeper ones are shifted no further than this. */
const DEPTH_MOST = 5;
/** A container with more parts than this shows those that matter, until it is asked for all. */
const SHOWN_WITHIN = 8;

function Attachments({ mail, message, part, onPart, sought, active, onActive }: MailViewProps): ReactNode {
  const words = useWords(mailWords);
  const held = useWords(heldWords);
  const message_ = useWords(messageWords);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const shown = mail.attachments.find(({ path }) => path === part);
  const within = (one: Part): readonly Part[] => mail.attachments.filter(({ path }) => path.startsWith(`${one.path}/`));
  const isDrawn = (one: Part): boolean =>
    one.findings > 0 || one.unscanned > 0 || one.path === part || mail.attachments.every((holder) => !one.path.startsWith(`${holder.path}/`) || open.has(holder.path) || within(holder).length <= SHOWN_WITHIN);
  const label = (one: Part): string => one.name ?? (one.mediaType?.startsWith('message/') === true ? words.attachedMail : partName(message_, one.path));
  if (mail.attachments.length === 0) return <p>{words.noAttachments}</p>;
  return (
    <>
      <ul className="parts">
        {mail.attachments.filter(isDrawn).map((one) => (
          <li key={one.path} className={`part part-depth-${Math.min(one.depth, DEPTH_MOST) + 1}`}>
            {one.holds === true ? (
              <button
                type="button"
                className="part-name part-holder"
                aria-expanded={open.has(one.path) || within(one).length <= SHOWN_WITHIN}
                title={message_.partsInside(within(one).length)}
                onClick={() => {
                  const next = new Set(open);
                  if (!next.delete(one.path)) next.add(one.path);
                  setOpen(next);
                }}
              >
                <SafeText text={label(one)} />
              </button>
            ) : (
              <button type="button" className="part-name" aria-pressed={one.path === part} onClick={() => onPart(one.path)}>
                <SafeText text={label(one)} />
              </button>
            )}
            <Cautions codes={one.cautions} />
            <small>
              {one.mediaType === undefined ? '' : `${one.mediaType} · `}
              {size(one.size)}
            </small>
            {one.inline === true ? <small>{words.inline}</small> : null}
            {one.findings > 0 ? <b className="part-count">{message_.findingsOf(one.findings)}</b> : null}
            {one.reasons.length > 0 || !one.readable ? <span className="part-unread">{words.reasonsOf([...new Set([...one.reasons, ...(one.why === undefined ? [] : [one.why])])].map((reason) => wordFor(held, 'unread', reason)).join(', '))}</span> : null}
          </li>
        ))}
      </ul>
      {mail.moreParts > 0 ? <small>{message_.moreParts(mail.moreParts)}</small> : null}
      {shown === undefined || shown.holds === true ? (
        <p>{words.chooseAttachment}</p>
      ) : (
        <Section title={words.contentOf(label(shown))}>
          <PartText key={shown.path} message={message} part={shown} as="source" sought={sought} active={active} onActive={onActive} />
        </Section>
      )}
    </>
  );
}

function Headers({ mail, message, onPart, onTab, sought, active, onActive }: MailViewProps): ReactNode {
  const words = useWords(mailWords);
  useEffect(() => {
    if (sought === undefined) return;
    const hit = document.querySelector<HTMLElement>(`.mail-headers [data-finding="${sought.finding}"]`);
    hit?.scrollIntoView({ block: 'center' });
    hit?.focus({ preventScroll: true });
  }, [sought]);
  return (
    <>
      {mail.warnings.includes('ambiguous-header') ? <Alert type="warning" showIcon title={words['warning.ambiguous-header']} /> : null}
      <div className="table-scroll">
        <table className="table mail-headers" aria-label={words['tab.headers']}>
          <thead>
            <tr>
              <th scope="col">{words.field}</th>
              <th scope="col">{words.value}</th>
            </tr>
          </thead>
          <tbody>
            {mail.fields.map((field, at) => (
              <tr key={at}>
                <th scope="row">{fieldLabel(field.name)}</th>
                <td>
                  <Value field={field} message={message} active={active} onActive={onActive} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {mail.moreFields > 0 ? <small>{words.moreFields(mail.moreFields)}</small> : null}
      <p>
        <Button
          onClick={() => {
            onPart('body/header');
            onTab('findings');
          }}
        >
          {words.headerSource}
        </Button>
      </p>
    </>
  );
}

function Value({ field, message, active, onActive }: { readonly field: Mail['fields'][number] } & Pick<MailViewProps, 'message' | 'active' | 'onActive'>): ReactNode {
  return (
    <>
      {field.people === undefined ? <Segments segments={field.segments} message={message} active={active} onActive={onActive} /> : <People people={field.people} message={message} active={active} onActive={onActive} />}
      <Cautions codes={field.cautions} />
    </>
  );
}
