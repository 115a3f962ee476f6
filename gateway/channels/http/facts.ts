/** Who sends, to whom and about what, as a route says it is to be read (HC 17). What is missing or not to be believed is undefined. */
import { readFile } from 'node:fs/promises';
import type { HttpRoute } from '../../../config/schema.js';
import type { Clock, Field } from '../../ports.js';
import type { BodyFacts } from './body-facts.js';
import { readable } from './body-head.js';
import { membersOutsideQuotes, valuesOf } from './fields.js';
import type { JwtReader } from './jwt-user.js';

type Source = NonNullable<HttpRoute['facts']['user']>[number];
type Secret = Extract<Source, { readonly jwt: unknown }>['jwt']['key'];

export interface FactInput {
  readonly fields: readonly Field[];
  readonly query: string | undefined;
  readonly fromTrustedProxy: boolean;
  /** Subject of a client certificate that verified. */
  readonly certificateName: string | undefined;
  readonly body: BodyFacts | undefined;
}

export interface RouteFacts {
  readonly user: string | undefined;
  readonly department: string | undefined;
  readonly sender: string | undefined;
  readonly recipients: readonly string[];
  readonly subject: string | undefined;
  /** Everything the sources of `sender` and `subject` said: scanned, though only one can be the fact. */
  readonly senders: readonly string[];
  readonly subjects: readonly string[];
}

export interface FactReader {
  /** True when a fact stands in the body. */
  readonly needsBody: boolean;
  read(input: FactInput): Promise<RouteFacts> | RouteFacts;
}

const NOBODY: RouteFacts = { user: undefined, department: undefined, sender: undefined, recipients: [], subject: undefined, senders: [], subjects: [] };
/** Of a route that names no source. */
const NO_FACTS: FactReader = { needsBody: false, read: () => NOBODY };

type Look = (input: FactInput) => Promise<readonly string[]> | readonly string[];

/** Reads keys and the department file once; throws when one is missing or unreadable. */
export async function factReader(facts: HttpRoute['facts'], clock: Clock): Promise<FactReader> {
  const user = await looks(facts.user, clock);
  const sender = await looks(facts.sender, clock);
  const recipients = await looks(facts.recipients, clock);
  const subject = await looks(facts.subject, clock);
  const departments = facts.departments === undefined ? new Map<string, string>() : await readDepartments(facts.departments);
  const sources = [facts.user, facts.sender, facts.recipients, facts.subject].flatMap((list) => list ?? []);
  if (sources.length === 0) return NO_FACTS;
  return {
    needsBody: sources.some((source) => 'form' in source || 'json' in source),
    read: async (input) => {
      const name = only(await first(user, input));
      const senders = await first(sender, input);
      const subjects = await first(subject, input);
      return {
        user: name,
        department: name === undefined ? undefined : departments.get(name),
        sender: only(senders),
        recipients: (await first(recipients, input)).flatMap(addresses),
        subject: subjects[0],
        senders,
        subjects,
      };
    },
  };
}

/** The first source that yields something wins. */
async function first(sources: readonly Look[], input: FactInput): Promise<readonly string[]> {
  for (const look of sources) {
    const values = (await look(input)).map((value) => value.trim()).filter((value) => value !== '');
    if (values.length > 0) return values;
  }
  return [];
}

/** Of two different names the upstream may believe the other one, so neither counts. */
function only(names: readonly string[]): string | undefined {
  const [name, ...others] = new Set(names);
  return others.length === 0 ? name : undefined;
}

async function looks(sources: readonly Source[] | undefined, clock: Clock): Promise<readonly Look[]> {
  return Promise.all((sources ?? []).map((source) => lookFor(source, clock)));
}

async function lookFor(source: Source, clock: Clock): Promise<Look> {
  if ('header' in source) {
    const name = source.header.toLowerCase();
    return (input) => (source.trusted && !input.fromTrustedProxy ? [] : valuesOf(input.fields, name).map(readable));
  }
  if ('query' in source) return (input) => new URLSearchParams(input.query ?? '').getAll(source.query);
  if ('form' in source) return (input) => input.body?.form(source.form) ?? [];
  if ('json' in source) return (input) => input.body?.json(source.json) ?? [];
  if ('basic' in source) return (input) => basicUser(only(valuesOf(input.fields, 'authorization')));
  if ('clientCertificate' in source) return (input) => (input.certificateName === undefined ? [] : [input.certificateName]);
  const { jwtReader } = await import('./jwt-user.js');
  return jwtLook(source.jwt.header.toLowerCase(), jwtReader(source.jwt, await readSecret(source.jwt.key), clock));
}

function jwtLook(header: string, read: JwtReader): Look {
  return async (input) => {
    const value = only(valuesOf(input.fields, header));
    const user = value === undefined ? undefined : await read(value.replace(/^Bearer\s+/i, '').trim());
    return user === undefined ? [] : [user];
  };
}

function basicUser(value: string | undefined): readonly string[] {
  const encoded = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(value ?? '')?.[1];
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 1 ? [] : [pair.slice(0, colon)];
}

/** One field may list several recipients; a comma inside a quoted display name does not divide. */
function addresses(value: string): readonly string[] {
  return membersOutsideQuotes(value, ',;').map((one) => one.trim()).filter((one) => one !== '');
}

async function readSecret(secret: Secret): Promise<string> {
  if ('file' in secret) return readFile(secret.file, 'utf8');
  const value = process.env[secret.env];
  if (value === undefined || value === '') throw new TypeError(`the environment variable ${secret.env} is not set`);
  return value;
}

async function readDepartments(file: string): Promise<ReadonlyMap<string, string>> {
  const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null) throw new TypeError('the department file is not a JSON object');
  return new Map(Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
