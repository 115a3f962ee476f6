/** Who may reach the gateway, and whom it believes. */
import { parseRange } from '../../gateway/policy/cidr.js';
import { doubtful, wrong, type Complaint } from '../problem.js';
import { group, list, text } from './raw.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

export function checkListeners(value: unknown): readonly Complaint[] {
  const raw = group(value);
  const { data, admin } = group(raw.listen);
  const found: Complaint[] = [];
  const trusted = list(raw.trustedProxies);
  const host = text(group(admin).host) ?? '127.0.0.1';
  // The token of an administrator must not cross a network in clear (HC 18).
  if (!LOOPBACK.test(host) && group(admin).tls === undefined && trusted.length === 0) {
    found.push(wrong(['listen', 'admin', 'host'], 'the admin listener is open to the network without TLS; give it "tls", name the proxy in front of it in "trustedProxies", or bind it to 127.0.0.1', 'tls: { cert: tls/admin.crt, key: tls/admin.key }'));
  }
  trusted.forEach((one, index) => {
    if (typeof one === 'string' && parseRange(one) === undefined) found.push(wrong(['trustedProxies', index], 'must be an address or a CIDR range'));
  });
  if (group(data).proxyProtocol === true && trusted.length === 0) found.push(doubtful(['listen', 'data', 'proxyProtocol'], 'has no effect: the PROXY protocol is believed from trustedProxies only, and there are none', 'trustedProxies: [10.0.0.0/8]'));
  if (group(data).http2 === true && group(data).tls === undefined) found.push(wrong(['listen', 'data', 'http2'], 'needs "tls": HTTP/2 is spoken only where TLS has agreed on it', 'tls: { cert: tls/weir.crt, key: tls/weir.key }'));
  const dataHost = text(group(data).host) ?? '127.0.0.1';
  if (raw.demo === true && !LOOPBACK.test(dataHost)) found.push(doubtful(['demo'], 'the demo sink can be reached from the network through the data listener', 'demo: false'));
  const ports = [group(data).port ?? 8080, group(admin).port ?? 8081];
  if (ports[0] === ports[1] && ports[0] !== 0) found.push(wrong(['listen', 'admin', 'port'], 'is the same port as the data listener\'s', 'port: 8081'));
  for (const [name, listener] of [['data', group(data)], ['admin', group(admin)]] as const) {
    const tls = group(listener.tls);
    if (['optional', 'required'].includes(text(tls.clientCertificate) ?? '') && tls.clientCa === undefined) found.push(wrong(['listen', name, 'tls', 'clientCertificate'], 'needs clientCa: the authority that signs the clients\' certificates', 'clientCa: tls/clients-ca.crt'));
  }
  if (raw.monitor === true) found.push(doubtful(['monitor'], 'nothing is masked, blocked or held anywhere; what would have happened is recorded', 'monitor: false'));
  return found;
}
