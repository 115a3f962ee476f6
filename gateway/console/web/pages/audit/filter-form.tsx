/** What to search the audit for. */
import { Button, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { filterOf, type AuditFilter } from './audit-filter.js';
import { auditWords } from './words.js';

export function FilterForm({ filter, onSearch }: { readonly filter: AuditFilter; readonly onSearch: (filter: AuditFilter) => void }): ReactNode {
  const words = useWords(auditWords);
  const [asked, setAsked] = useState(filter);
  const field = (name: keyof AuditFilter, type: 'search' | 'datetime-local', hint?: string): ReactNode => (
    <label>
      {words[name]}
      <Input type={type} value={asked[name]} onChange={(event) => setAsked({ ...asked, [name]: event.target.value })} {...(hint === undefined ? {} : { placeholder: hint })} />
    </label>
  );
  return (
    <form
      className="row filter"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(asked);
      }}
    >
      {field('actor', 'search', words.actorHint)}
      {field('act', 'search', words.actHint)}
      {field('subject', 'search', words.subjectHint)}
      {field('from', 'datetime-local')}
      {field('to', 'datetime-local')}
      <Button type="primary" htmlType="submit">
        {words.search}
      </Button>
      <Button onClick={() => onSearch(filterOf(new URLSearchParams()))}>{words.clear}</Button>
    </form>
  );
}
