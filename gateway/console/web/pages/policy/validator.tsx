/** Would the gateway accept this configuration? */
import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input } from 'antd';
import { useId, useState, type ReactNode } from 'react';
import type { ValidateAnswer } from '../../../../review/policy-schemas.js';
import { post } from '../../api/client.js';
import { policyQuery } from '../../api/policy.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Section } from '../../ui/page-frame.js';
import { policyWords } from './words.js';

type Problem = ValidateAnswer['problems'][number];

export function Validator(): ReactNode {
  const words = useWords(policyWords);
  const client = useQueryClient();
  const [yaml, setYaml] = useState('');
  const [answer, setAnswer] = useState<ValidateAnswer>();
  const id = useId();
  const check = useAct(async (text: string) => setAnswer(await post<ValidateAnswer>('/policy/validate', { yaml: text })));
  const loadRunning = async (): Promise<void> => {
    const { yaml: running } = await client.query(policyQuery);
    setYaml(running);
    setAnswer(undefined);
  };
  return (
    <Section
      title={words.tabValidate}
      actions={
        <>
          <Button onClick={() => void loadRunning()}>{words.loadRunning}</Button>
          <Button type="primary" disabled={yaml.trim() === ''} loading={check.busy} onClick={() => void check.run(yaml)}>
            {words.check}
          </Button>
        </>
      }
    >
      <p className="hint">{words.validateHint}</p>
      <div aria-live="polite" className="stack">
        {answer?.ok === true ? <Alert type="success" showIcon title={words.valid} {...(answer.revision === undefined ? {} : { description: `${words.revision} ${answer.revision}` })} /> : null}
        <Problems title={words.invalid(answer?.problems.length ?? 0)} type="error" problems={answer?.problems ?? []} />
        <Problems title={words.warnings(answer?.warnings.length ?? 0)} type="warning" problems={answer?.warnings ?? []} />
      </div>
      <label htmlFor={id} className="field-label">
        {words.yaml}
      </label>
      <Input.TextArea id={id} rows={22} value={yaml} onChange={(event) => setYaml(event.target.value)} className="code" spellCheck={false} />
    </Section>
  );
}

function Problems({ title, type, problems }: { readonly title: string; readonly type: 'error' | 'warning'; readonly problems: readonly Problem[] }): ReactNode {
  const words = useWords(policyWords);
  if (problems.length === 0) return null;
  return (
    <Alert
      type={type}
      title={title}
      description={
        <ul className="problems">
          {problems.map(({ path, line, column, problem, example }, index) => (
            <li key={index}>
              <strong>{words.line(line)}</strong>
              <small>:{column}</small> <code>{path}</code> {problem}
              {example === '' ? null : (
                <>
                  <br />
                  <small>
                    {words.right}: <code>{example}</code>
                  </small>
                </>
              )}
            </li>
          ))}
        </ul>
      }
    />
  );
}
