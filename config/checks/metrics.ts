/** Who may read metrics over a network: they show no value, but what an organisation does and when. */
import { parseRange } from '../../gateway/policy/cidr.js';
import { wrong, type Complaint } from '../problem.js';
import { group, list, text } from './raw.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

export function checkMetricsListeners(value: unknown): readonly Complaint[] {
  const listen = group(group(value).listen);
  const found: Complaint[] = [];
  for (const name of ['metrics', 'worker'] as const) {
    if (listen[name] === undefined) continue;
    const listener = group(listen[name]);
    const tls = group(listener.tls);
    const allowed = list(listener.allow);
    const asksForCertificate = text(tls.clientCertificate) === 'required';
    if (!LOOPBACK.test(text(listener.host) ?? '127.0.0.1') && allowed.length === 0 && !asksForCertificate) {
      found.push(wrong(['listen', name, 'host'], 'is open to the network, and anyone there could read it; name the networks of your Prometheus in "allow", ask for client certificates in "tls", or bind it to 127.0.0.1', 'allow: [10.0.8.0/24]'));
    }
    allowed.forEach((one, index) => {
      if (typeof one === 'string' && parseRange(one) === undefined) found.push(wrong(['listen', name, 'allow', index], 'must be an address or a CIDR range', 'allow: [10.0.8.0/24]'));
    });
    if (['optional', 'required'].includes(text(tls.clientCertificate) ?? '') && tls.clientCa === undefined) {
      found.push(wrong(['listen', name, 'tls', 'clientCertificate'], 'needs clientCa: the authority that signs the clients\' certificates', 'clientCa: tls/clients-ca.crt'));
    }
  }
  const ports = ([['data', 8080], ['admin', 8081], ['metrics', 9464]] as const)
    .filter(([name]) => name !== 'metrics' || listen.metrics !== undefined)
    .map(([name, usual]) => group(listen[name]).port ?? usual);
  const own = ports[2];
  if (own !== undefined && own !== 0 && ports.indexOf(own) < 2) found.push(wrong(['listen', 'metrics', 'port'], 'is the port of another listener', 'port: 9464'));
  return found;
}
