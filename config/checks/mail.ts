/** Whose domains are whose, and what is said about it in rules; keys that sign mail. */
import { doubtful, wrong, type Complaint, type Path } from '../problem.js';
import { checkZone } from './alerts.js';
import { conditionsIn, group, list, routesOf, rulesOf, text, texts, type Group } from './raw.js';

function domains(raw: Group): Complaint[] {
  const value = group(raw.domains);
  const partners = list(value.partners).map(group);
  const ids = partners.map(({ id }) => text(id));
  const own = new Set(texts(value.own).map((domain) => domain.toLowerCase()));
  return [
    ...checkZone(value.zone, ['domains', 'zone']),
    ...partners.flatMap(({ id }, index) => (text(id) !== undefined && ids.indexOf(text(id)) !== index ? [wrong(['domains', 'partners', index, 'id'], `another partner is called "${text(id) ?? ''}" too`, `id: ${text(id) ?? ''}-2`)] : [])),
    ...partners.flatMap((partner, index) => texts(partner.domains).flatMap((domain, place) => (own.has(domain.toLowerCase()) ? [doubtful(['domains', 'partners', index, 'domains', place], 'is one of your own domains: its recipients are inside', 'domains: [audit.example]')] : []))),
  ];
}

function keys(raw: Group): Complaint[] {
  const dkim = list(group(raw.mail).dkim).map(group);
  const domainsOf = dkim.map(({ domain }) => (text(domain) ?? '').toLowerCase());
  return domainsOf.flatMap((domain, index) => [
    ...(domain !== '' && domainsOf.indexOf(domain) !== index ? [wrong(['mail', 'dkim', index, 'domain'], `another key signs for ${domain} already`, 'domain: corp.example')] : []),
    ...(domain.startsWith('*.') ? [wrong(['mail', 'dkim', index, 'domain'], 'must be one domain: a signature names it', 'domain: corp.example')] : []),
  ]);
}

/** Facts that only a mail has. */
const OF_MAIL = ['headerSender', 'senderMismatch', 'attachmentName', 'attachmentType'];

function rules(raw: Group): Complaint[] {
  const { own, partners } = group(raw.domains);
  const routes = routesOf(raw).map(({ route }) => route);
  const meetsMail = (policy: string): boolean => routes.some((route) => route.policy === policy && route.channel === 'smtp') || !routes.some((route) => route.policy === policy);
  return rulesOf(raw).flatMap(({ policy, rule, path }) => conditionsIn(rule.when, [...path, 'when']).flatMap(({ condition, path: at }): Complaint[] => {
    const facts = group(condition.facts);
    const here = (key: string): Path => [...at, 'facts', key];
    const wanted = texts(facts.recipientIs);
    return [
      ...(wanted.length > 0 && texts(own).length === 0 ? [wrong(here('recipientIs'), 'needs your own domains: without them everybody is outside', 'domains: { own: [corp.example] }')] : []),
      ...(wanted.some((one) => one.startsWith('partner')) && list(partners).length === 0 ? [wrong(here('recipientIs'), 'names partners, and there are none', 'domains: { own: [corp.example], partners: [{ id: auditor, domains: [audit.example], until: 2027-03-31 }] }')] : []),
      ...OF_MAIL.filter((key) => facts[key] !== undefined && !meetsMail(policy)).map((key) => doubtful(here(key), 'is a fact of mails, and no route of this policy carries any', 'channel: smtp')),
    ];
  }));
}

export function checkMail(value: unknown): readonly Complaint[] {
  const raw = group(value);
  return [...domains(raw), ...keys(raw), ...rules(raw)];
}
