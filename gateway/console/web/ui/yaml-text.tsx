/** YAML with line numbers and colours. */
import type { ReactNode } from 'react';
import { yamlParts } from './yaml.js';
import './code.css';

export function YamlLine({ text }: { readonly text: string }): ReactNode {
  return yamlParts(text).map(({ kind, text: part }, index) =>
    kind === 'plain' ? (
      part
    ) : (
      <span key={index} className={`yaml-${kind}`}>
        {part}
      </span>
    ),
  );
}

export function YamlText({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  return (
    <div className="code-box" role="region" aria-label={label} tabIndex={0}>
      <ol className="code-lines">
        {text
          .replace(/\n$/, '')
          .split('\n')
          .map((line, index) => (
            <li key={index}>
              <code>
                <YamlLine text={line} />
              </code>
            </li>
          ))}
      </ol>
    </div>
  );
}
