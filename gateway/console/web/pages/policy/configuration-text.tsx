/** The running configuration as text, without credentials. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { policyQuery } from '../../api/policy.js';
import { useWords } from '../../app/words-of.js';
import { CopyButton } from '../../ui/copy-button.js';
import { Loaded } from '../../ui/loaded.js';
import { Section } from '../../ui/page-frame.js';
import { saveFile } from '../../ui/save-file.js';
import { YamlText } from '../../ui/yaml-text.js';
import { policyWords } from './words.js';

export function ConfigurationText(): ReactNode {
  const words = useWords(policyWords);
  return (
    <Loaded query={useQuery(policyQuery)}>
      {({ revision, yaml }) => (
        <Section
          title={`${words.revision} ${revision}`}
          actions={
            <>
              <CopyButton text={yaml} />
              <Button onClick={() => saveFile(new Blob([yaml], { type: 'application/yaml' }), `weir-${revision}.yaml`)}>YAML</Button>
            </>
          }
        >
          <YamlText text={yaml} label={words.tabText} />
        </Section>
      )}
    </Loaded>
  );
}
