/** A short tour for the first administrator: three lines to type, what comes of them, and what to do next. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { aboutQuery } from '../../api/about.js';
import { rightsOf, useMay, useSession } from '../../api/session.js';
import { Link } from '../../app/router.js';
import { homeFor } from '../../app/routes.js';
import { useWords } from '../../app/words-of.js';
import { CopyButton } from '../../ui/copy-button.js';
import { Loaded } from '../../ui/loaded.js';
import { PageFrame, Section } from '../../ui/page-frame.js';
import { tourLines } from './tour-lines.js';
import { tourWords } from './words.js';
import './tour.css';

export function TourPage(): ReactNode {
  const words = useWords(tourWords);
  const about = useQuery(aboutQuery);
  const manages = useMay('accounts.manage');
  const reads = useMay('messages.read');
  const session = useSession();
  return (
    <PageFrame title={words.title} actions={<Link to={homeFor(rightsOf(session))}>{words.start}</Link>}>
      <p className="hint">{words.lead}</p>
      <Section title={words.tryTitle}>
        <Loaded query={about}>
          {({ data, demo }) => {
            const lines = tourLines(`${data.tls ? 'https' : 'http'}://${globalThis.location.hostname}:${data.port}`, demo);
            return lines.length === 0 ? (
              <p className="empty">{words.noDemo}</p>
            ) : (
              <>
                <p className="hint">{words.tryHint}</p>
                {lines.map(({ what, line }) => (
                  <div key={what} className="tour-line">
                    <div>{words[what]}</div>
                    <div className="secret">
                      <code>{line}</code>
                      <CopyButton text={line} />
                    </div>
                  </div>
                ))}
              </>
            );
          }}
        </Loaded>
      </Section>
      {(about.data?.demo.length ?? 0) === 0 ? null : (
        <Section title={words.seeTitle}>
          <p>
            {words.seeHint}{' '}
            <a href="/demo" target="_blank" rel="noopener">
              {words.see}
            </a>
          </p>
        </Section>
      )}
      <Section title={words.peopleTitle}>
        <p>
          {words.people} {manages ? <Link to="/accounts">{words.peopleLink}</Link> : null}
        </p>
      </Section>
      <Section title={words.reviewTitle}>
        <p>
          {words.review} {reads ? <Link to="/queue">{words.reviewLink}</Link> : null}
        </p>
        <p>{words.keys}</p>
      </Section>
    </PageFrame>
  );
}
