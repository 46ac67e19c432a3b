import type { Behaviour } from '../../model/istio-version.ts';
import { socketPath, wantAddress, wantPort, wantSocket } from './addresses.ts';
import { wantDestination } from './destination.ts';
import { wantSelector } from './labels.ts';
import { domainFault, wantScopedHost } from './names.ts';
import type { Place } from './place.ts';
import { isHttp, isTls, wantPortName, wantProtocol } from './protocols.ts';
import { wantServerTls } from './server-tls.ts';
import { wantConnectionPool } from './traffic-policy.ts';
import type { Judge } from './types.ts';
import { repeated } from './values.ts';

/** `ValidateSidecar`. */
export const sidecar: Judge = ({ spec, namespace, behaviour }) => {
  wantSelector(spec.at('workloadSelector'), 'labels');
  const [ingress, egress] = [spec.at('ingress').items, spec.at('egress').items];
  if (ingress.length + egress.length === 0 && !spec.has('outboundTrafficPolicy', 'inboundConnectionPool'))
    spec.refuse('says nothing', 'write egress, ingress or outboundTrafficPolicy.');
  for (const listener of ingress) wantIngress(listener, behaviour);
  wantOncePerPort(ingress);
  wantConnectionPool(spec.at('inboundConnectionPool'), behaviour);
  for (const [index, listener] of egress.entries()) {
    if (listener.has('port')) wantEgressPort(listener);
    else if (index < egress.length - 1)
      listener.refuse('has no port, and others follow', 'put it last: it takes what the others leave.');
    wantEgressHosts(listener.at('hosts'), listener, namespace, behaviour);
  }
  wantOncePerPort(egress.filter((listener) => listener.at('port').at('number').number !== 0));
  const bySocket = egress.filter((listener) => listener.has('port') && listener.at('port').at('number').number === 0);
  for (const again of repeated(bySocket, (listener) => listener.at('bind').text))
    again.at('bind').refuse(`is ${again.at('bind').text}, of an earlier listener`, 'name another socket.');
  wantOutboundPolicy(spec.at('outboundTrafficPolicy'));
};

function wantOncePerPort(listeners: readonly Place[]): void {
  const numberOf = (listener: Place): string | undefined =>
    listener.has('port') ? String(listener.at('port').at('number').number) : undefined;
  for (const again of repeated(listeners, numberOf))
    again
      .at('port')
      .at('number')
      .refuse(`is ${numberOf(again)}, of an earlier listener`, 'write another port.');
}

function wantIngress(listener: Place, behaviour: Behaviour): void {
  const [port, bind, tls] = [listener.at('port'), listener.at('bind'), listener.at('tls')];
  if (!port.isSet) {
    listener.refuse('has no port', 'write it.');
    return;
  }
  wantNoTarget(port);
  if (port.at('name').text !== '') wantPortName(port.at('name'), port.at('name').text);
  wantProtocol(port.at('protocol'));
  wantPort(port.at('number'));
  if (bind.text !== '') wantAddress(bind);
  if (listener.at('defaultEndpoint').text !== '') wantEndpoint(listener.at('defaultEndpoint'));
  if (tls.isSet) wantIngressTls(tls, port.at('protocol').text);
  const pool = listener.at('connectionPool');
  wantConnectionPool(pool, behaviour);
  if (pool.has('http') && !isHttp(port.at('protocol').text))
    pool
      .at('http')
      .warn(
        `is set for a port of ${port.at('protocol').text || 'no protocol'}`,
        'only what is said of TCP is in force.',
        'let the protocol of the port be HTTP, or drop it.',
      );
}

function wantNoTarget(port: Place): void {
  if (port.at('targetPort').number > 0)
    port.at('targetPort').refuse('is set, and has no effect in Sidecars', 'drop it; write defaultEndpoint instead.');
}

const local = ['', '127.0.0.1', '0.0.0.0', '::1', '::'];

function wantEndpoint(endpoint: Place): void {
  const path = socketPath(endpoint.text);
  if (path !== undefined) {
    wantSocket(endpoint, path);
    return;
  }
  const [, six, four, port] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(endpoint.text) ?? [];
  const isPort = /^\+?\d+$/.test(port ?? '') && Number(port) >= 1 && Number(port) <= 65535;
  if (port === undefined || !local.includes(six ?? four ?? '') || !isPort)
    endpoint.refuse(
      `is ${JSON.stringify(endpoint.text)}`,
      'write 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT, :PORT or unix:///PATH.',
    );
}

const notInSidecars = ['credentialName', 'credentialNames', 'subjectAltNames', 'tlsCertificates'];

function wantIngressTls(tls: Place, protocol: string): void {
  const isFilled = (name: string): boolean => tls.at(name).text !== '' || tls.at(name).items.length > 0;
  for (const name of notInSidecars)
    if (isFilled(name)) tls.at(name).refuse('is set, and Sidecars do not take it', 'drop it; name files instead.');
  if (tls.at('httpsRedirect').isTrue)
    tls.at('httpsRedirect').refuse('is true, and Sidecars do not redirect', 'drop it.');
  const mode = tls.at('mode');
  if (['ISTIO_MUTUAL', 'AUTO_PASSTHROUGH'].includes(mode.text))
    mode.refuse(`is ${mode.text}, which Sidecars do not take`, 'write SIMPLE or MUTUAL.');
  if (!isTls(protocol)) tls.refuse(`is set, for ${protocol || 'no protocol'}`, 'let the protocol be HTTPS or TLS.');
  wantServerTls(tls);
}

/** `validateSidecarEgressPortBindAndCaptureMode`. */
function wantEgressPort(listener: Place): void {
  const [port, bind, capture] = [listener.at('port'), listener.at('bind'), listener.at('captureMode')];
  wantNoTarget(port);
  if (port.at('name').text !== '') wantPortName(port.at('name'), port.at('name').text);
  wantProtocol(port.at('protocol'));
  if (port.at('number').number !== 0) {
    wantPort(port.at('number'));
    if (bind.text !== '') wantAddress(bind);
    return;
  }
  const path = socketPath(bind.text);
  if (path === undefined) port.refuse('has no number, and bind is no socket', 'write a number, or bind: unix:///PATH.');
  else wantSocket(bind, path);
  if (!['', 'DEFAULT', 'NONE'].includes(capture.text))
    capture.refuse(`is ${capture.text}, for a socket`, 'write NONE, or drop it.');
}

function wantEgressHosts(hosts: Place, listener: Place, namespace: string, behaviour: Behaviour): void {
  if (hosts.items.length === 0) listener.refuse('has no hosts', 'name them.');
  const known = new Map<string, Set<string>>();
  for (const host of hosts.items) {
    wantScopedHost(host, false, behaviour.egressExclusions);
    const slash = host.text.indexOf('/');
    if (slash < 0 || (behaviour.egressExclusions && host.text.startsWith('~'))) continue;
    const owner = host.text.slice(0, slash) === '.' ? namespace : host.text.slice(0, slash);
    const name = host.text.slice(slash + 1);
    const names = known.get(owner) ?? new Set();
    if (names.has(name) || names.has('*') || (name === '*' && names.size > 0))
      host.note(`is ${host.text}, which others take in`, 'none: a host counts once.', 'drop what is covered.');
    known.set(owner, names.add(name));
  }
  if (known.get('*')?.has('*') && known.size > 1)
    hosts.note('has */* and others', 'none: */* takes in all.', 'drop the others.');
}

/** `validateSidecarOutboundTrafficPolicy`. */
function wantOutboundPolicy(policy: Place): void {
  const proxy = policy.at('egressProxy');
  if (!proxy.isSet) return;
  const mode = policy.at('mode').text;
  if (mode !== 'ALLOW_ANY') {
    proxy.refuse(`is set in mode ${mode || 'REGISTRY_ONLY'}`, 'set mode: ALLOW_ANY, or drop it.');
    return;
  }
  const fault = domainFault(proxy.at('host').text);
  if (fault) proxy.at('host').refuse(`is ${JSON.stringify(proxy.at('host').text)}: ${fault}`, 'correct the name.');
  else if (proxy.has('port')) wantDestination(proxy);
  if (!proxy.has('port')) proxy.refuse('has no port', 'write it.');
}
