/** The settings as they are now, and what they should make one think of. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Progress } from 'antd';
import type { ReactNode } from 'react';
import type { SettingsAnswer } from '../../../../review/policy-schemas.js';
import { settingsQuery } from '../../api/policy.js';
import { localeOf, useLanguage, type Language } from '../../app/language.js';
import { useWords } from '../../app/words-of.js';
import { Loaded } from '../../ui/loaded.js';
import { PageFrame, Section } from '../../ui/page-frame.js';
import { settingsWords } from './words.js';

const ALERTS = { info: 'info', warning: 'warning', danger: 'error' } as const;
/** From here on new messages are refused (HC 29); the bar turns red before. */
const FULL = 90;

export function SettingsPage(): ReactNode {
  const words = useWords(settingsWords);
  return (
    <PageFrame title={words.title}>
      <p className="hint">{words.hint}</p>
      <Loaded query={useQuery(settingsQuery)}>
        {(settings) => (
          <>
            <Warnings warnings={settings.warnings} />
            <Retention retention={settings.retention} />
            <Vault vault={settings.vault} />
            <Gateway settings={settings} />
          </>
        )}
      </Loaded>
    </PageFrame>
  );
}

function Fact({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Warnings({ warnings }: { readonly warnings: SettingsAnswer['warnings'] }): ReactNode {
  const words = useWords(settingsWords);
  const language = useLanguage();
  return (
    <Section title={words.warnings}>
      {warnings.length === 0 ? <p className="empty">{words.noWarnings}</p> : null}
      <div className="stack">
        {warnings.map(({ code, severity, text }) => (
          <Alert key={code} type={ALERTS[severity]} showIcon title={text[language]} />
        ))}
      </div>
    </Section>
  );
}

function Retention({ retention: { auditDays, auditFloorDays, accessLogDays, policies } }: { readonly retention: SettingsAnswer['retention'] }): ReactNode {
  const words = useWords(settingsWords);
  return (
    <Section title={words.retention}>
      <dl className="facts">
        <Fact title={words.audit}>
          {words.days(auditDays)} <small>{words.floor(auditFloorDays)}</small>
        </Fact>
        <Fact title={words.accessLog}>{words.days(accessLogDays)}</Fact>
        {policies.map(({ name, days, byGradeDays }) => (
          <Fact key={name} title={words.heldBy(name)}>
            {[words.days(days), ...Object.entries(byGradeDays).map(([grade, own]) => `${words.grade(grade)}: ${words.days(own)}`)].join(' · ')}
          </Fact>
        ))}
      </dl>
    </Section>
  );
}

function Vault({ vault: { custody, suite, suites, usedBytes, limitBytes } }: { readonly vault: SettingsAnswer['vault'] }): ReactNode {
  const words = useWords(settingsWords);
  const language = useLanguage();
  const percent = usedBytes === undefined || limitBytes === 0 ? 0 : Math.min(100, (100 * usedBytes) / limitBytes);
  return (
    <Section title={words.vault}>
      <dl className="facts">
        <Fact title={words.custody}>{words[`custody.${custody}`]}</Fact>
        <Fact title={words.suite}>
          <code>{suite}</code>
        </Fact>
        <Fact title={words.suites}>
          <code>{suites.join(', ')}</code>
        </Fact>
        {usedBytes === undefined ? null : (
          <Fact title={words.space}>
            {words.of(bytes(usedBytes, language), bytes(limitBytes, language))}
            <Progress percent={Math.round(percent)} status={percent >= FULL ? 'exception' : 'normal'} size="small" aria-label={words.space} />
          </Fact>
        )}
      </dl>
    </Section>
  );
}

function Gateway({ settings }: { readonly settings: SettingsAnswer }): ReactNode {
  const words = useWords(settingsWords);
  return (
    <Section title={words.gateway}>
      <dl className="facts">
        <Fact title={words.version}>{settings.version}</Fact>
        <Fact title={words.listeners}>
          {settings.listeners.map(({ name, host, port, tls }) => (
            <div key={name}>
              <code>
                {host}:{port}
              </code>{' '}
              {words[`listener.${name}`]} {tls ? <small>{words.tls}</small> : null}
            </div>
          ))}
        </Fact>
        <Fact title={words.database}>{words[`database.${settings.database}`]}</Fact>
        <Fact title={words.monitor}>{settings.monitor ? words.on : words.off}</Fact>
        <Fact title={words.demo}>{settings.demo ? words.on : words.off}</Fact>
        <Fact title={words.alertSinks}>{words.sinks(settings.alertSinks)}</Fact>
        <Fact title={words.noticeSinks}>{words.sinks(settings.noticeSinks)}</Fact>
        <Fact title={words.language}>{words[`language.${settings.language}`]}</Fact>
      </dl>
    </Section>
  );
}

function bytes(count: number, language: Language): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const step = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3));
  return new Intl.NumberFormat(localeOf[language], { style: 'unit', unit: units[step] ?? 'byte', maximumFractionDigits: 1 }).format(count / 1000 ** step);
}
