/** What the vault's place must not be, beyond the form of its keys. */
import { doubtful, wrong, type Complaint } from '../problem.js';
import { group, text } from './raw.js';

const HERE = new Set(['localhost', '127.0.0.1', '[::1]']);

export function checkVault(value: unknown): readonly Complaint[] {
  const s3 = group(group(group(value).vault).store).s3;
  const raw = group(s3);
  const at = ['vault', 'store', 's3'];
  const found: Complaint[] = [];
  for (const [one, other] of [['accessKeyId', 'secretAccessKey'], ['secretAccessKey', 'accessKeyId']] as const) {
    if (raw[one] !== undefined && raw[other] === undefined) found.push(wrong([...at, one], `stands without ${other}; both name one access key`, `${other}: { file: /etc/weir/s3-${other === 'accessKeyId' ? 'id' : 'secret'} }`));
  }
  const endpoint = text(raw.endpoint);
  if (endpoint !== undefined && URL.canParse(endpoint)) {
    const url = new URL(endpoint);
    if (url.username !== '' || url.password !== '') found.push(wrong([...at, 'endpoint'], 'holds a credential; name it in accessKeyId and secretAccessKey', 'endpoint: https://s3.corp.example'));
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '') found.push(wrong([...at, 'endpoint'], 'must end after host and port; the bucket stands in its own key', 'endpoint: https://s3.corp.example:9000'));
    if (url.protocol === 'http:' && !HERE.has(url.hostname)) found.push(doubtful([...at, 'endpoint'], 'is not encrypted: what is held is sealed, but names and sizes are not', 'endpoint: https://s3.corp.example'));
  }
  return found;
}
