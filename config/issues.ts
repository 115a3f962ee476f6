/** Puts what the schema complains of into sentences. */
import type { z } from 'zod';
import { hint, closest } from './spelling.js';
import { keysAt, valuesAt } from './schema-walk.js';
import { rightExample } from './right-examples.js';
import { wrong, type Complaint, type Path } from './problem.js';

type Issue = z.core.$ZodIssue;
/** Of one group; each is compared with every name that it could have been. */
const KEYS_MOST = 100;

const KINDS: Readonly<Record<string, string>> = {
  string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list', object: 'a group of keys', record: 'a group of keys',
};
const kindOf = (expected: string): string => KINDS[expected] ?? expected;

/** Channels this version does not have; naming them must not look like a typing mistake. */
const ABSENT: Readonly<Record<string, string>> = {
  icap: 'ICAP is reserved and does not exist yet; take it out',
};
/** Keys that stand elsewhere, by the place where people look for them or where an earlier version had them. */
const MISPLACED: Readonly<Record<string, readonly [problem: string, example: string]>> = {
  smtp: ['stands under "listen"', 'listen: { smtp: [{ id: mail, port: 2525 }] }'],
  'review.ownDomains': ['has moved: your own domains stand under "domains" at the top of the file', 'domains: { own: [corp.example] }'],
};

export const absentChannel = (name: unknown): string | undefined => (typeof name === 'string' && Object.hasOwn(ABSENT, name) ? ABSENT[name] : undefined);

export function valueAt(raw: unknown, path: Path): unknown {
  let here = raw;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

export function complaintsOf(issues: readonly Issue[], raw: unknown, schema: z.core.$ZodType): readonly Complaint[] {
  const all = issues.flatMap((issue) => complain(issue, issue.path as Path, raw, schema));
  // A mistyped key is one mistake, not also a missing one.
  const meant = new Set(all.flatMap(({ complaint, meant: name }) => (name === undefined ? [] : [[...complaint.path.slice(0, -1), name].join('\0')])));
  return all.filter(({ complaint, missing }) => !missing || !meant.has(complaint.path.join('\0'))).map(({ complaint }) => complaint);
}

interface Sentence {
  readonly complaint: Complaint;
  readonly missing: boolean;
  /** The key that was probably meant. */
  readonly meant?: string | undefined;
}

const plain = (path: Path, problem: string, missing = false): Sentence[] => [{ complaint: wrong(path, problem), missing }];

function complain(issue: Issue, path: Path, raw: unknown, schema: z.core.$ZodType): Sentence[] {
  const value = valueAt(raw, path);
  if (value === undefined && issue.code !== 'unrecognized_keys' && issue.code !== 'invalid_key') return plain(path, 'is missing', true);
  if (value === null && issue.code !== 'unrecognized_keys') return plain(path, 'is empty');
  switch (issue.code) {
    case 'invalid_type':
      return plain(path, `must be ${kindOf(issue.expected)}`);
    case 'invalid_value': {
      const channel = absentChannel(value);
      if (channel !== undefined) return plain(path, channel);
      const known = issue.values.map(String);
      const meant = typeof value === 'string' ? closest(value, known) : undefined;
      return plain(path, `must be ${known.length > 1 ? 'one of ' : ''}${known.join(', ')}${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
    }
    case 'unrecognized_keys':
      return issue.keys.slice(0, KEYS_MOST).flatMap((key) => unknownKey(key, path, schema));
    case 'invalid_key':
      return [{ complaint: { ...wrong(path, `this name must be ${issue.issues[0]?.message ?? 'another'}`), key: true }, missing: false }];
    case 'invalid_union':
      return union(issue, path, raw, schema);
    case 'too_small':
      return plain(path, typeof value === 'number' ? `must be at least ${issue.minimum}` : 'must not be empty');
    case 'too_big':
      return plain(path, typeof value === 'number' ? `must be at most ${issue.maximum}` : `must not have more than ${issue.maximum} ${Array.isArray(value) ? 'entries' : 'characters'}`);
    case 'invalid_format':
      if (issue.format === 'url') return plain(path, 'must be a URL that starts with http:// or https://');
      if (issue.format === 'starts_with') return plain(path, 'must start with "/"');
      return plain(path, `must be ${issue.message}`);
    case 'custom':
      return plain(path, `is ${issue.message}`);
    case 'invalid_element':
    case 'not_multiple_of':
      return plain(path, issue.message);
  }
}

function unknownKey(key: string, path: Path, schema: z.core.$ZodType): Sentence[] {
  const [moved, example] = MISPLACED[[...path, key].join('.')] ?? [];
  if (moved !== undefined) return [{ complaint: { ...wrong([...path, key], moved, example), key: true }, missing: false }];
  const channel = absentChannel(key);
  const known = keysAt(schema, path);
  const meant = closest(key, known);
  if (channel === undefined && known.includes(key)) {
    // An example of it would be an example of the mistake.
    return [{ complaint: { ...wrong([...path, key], 'is a key of another kind of these, and has no place here', `# without "${key}"`), key: true }, missing: false }];
  }
  const problem = channel ?? `is not a known key${hint(key, known)}`;
  return [{ complaint: { ...wrong([...path, key], problem, rightExample([...path, meant ?? key])), key: true }, missing: false, meant }];
}

/** A form may be a choice of forms itself. */
function formsOf(issue: Extract<Issue, { code: 'invalid_union' }>): readonly (readonly Issue[])[] {
  return issue.errors.flatMap((form) => {
    const [only, ...others] = form;
    return only?.code === 'invalid_union' && only.path.length === 0 && others.length === 0 ? formsOf(only) : [form];
  });
}

/** Of several possible forms, the one the author was writing; or, when none can be told, what they have in common. */
function union(issue: Extract<Issue, { code: 'invalid_union' }>, path: Path, raw: unknown, schema: z.core.$ZodType): Sentence[] {
  if (issue.discriminator !== undefined && issue.errors.length === 0) {
    const known = valuesAt(schema, path);
    const value = valueAt(raw, path);
    const channel = absentChannel(value);
    if (channel !== undefined) return plain(path, channel);
    return plain(path, `must be one of ${known.join(', ')}${typeof value === 'string' && closest(value, known) !== undefined ? hint(value, known) : ''}`);
  }
  const atRoot = (inner: Issue): boolean => inner.path.length === 0 && (inner.code === 'invalid_type' || inner.code === 'invalid_value');
  const all = formsOf(issue);
  const forms = all.filter((form) => !form.some(atRoot));
  const follow = (inner: Issue): Sentence[] => complain(inner, [...path, ...(inner.path as Path)], raw, schema);
  const [only, ...others] = forms;
  if (only === undefined) {
    const kinds = new Set(all.flat().flatMap((inner) => (inner.code === 'invalid_type' ? [kindOf(inner.expected)] : inner.code === 'invalid_value' ? inner.values.map((one) => `"${String(one)}"`) : [])));
    return plain(path, `must be ${[...kinds].join(' or ')}`);
  }
  if (others.length === 0) return only.flatMap(follow);
  const strange = (form: readonly Issue[]): string[] => form.flatMap((inner) => (inner.code === 'unrecognized_keys' && inner.path.length === 0 ? inner.keys : []));
  const nowhere = strange(only).filter((key) => others.every((form) => strange(form).includes(key)));
  if (nowhere.length > 0) return nowhere.flatMap((key) => unknownKey(key, path, schema));
  const [known, ...rivals] = forms.filter((form) => strange(form).length === 0);
  if (known !== undefined && rivals.length === 0) return known.flatMap(follow);
  return plain(path, `must have exactly one of these keys: ${keysAt(schema, path).join(', ')}`);
}
