import { durationNanos } from '../../model/duration.ts';
import type { Behaviour } from '../../model/istio-version.ts';
import { isIpAddress, wantPort } from './addresses.ts';
import { wantClientTls } from './client-tls.ts';
import { wantLoadBalancer } from './load-balancer.ts';
import { domainFault } from './names.ts';
import type { Place } from './place.ts';
import { wantDuration, wantNoneNegative, wantReadable, wantWithin } from './values.ts';

const ofPort = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'];
const others = ['tunnel', 'proxyProtocol', 'retryBudget'];

/**
 * Refuses faults of a traffic policy (`validateTrafficPolicy`).
 *
 * @param inherited of a subset: the policy of the whole rule, whose settings hold where the subset has none
 */
export function wantTrafficPolicy(policy: Place, namespace: string, behaviour: Behaviour, inherited?: Place): void {
  if (!policy.isSet) return;
  if (!policy.has(...ofPort, ...others) && policy.at('portLevelSettings').isEmpty) {
    policy.refuse('has no setting', 'write one, or drop it.');
    return;
  }
  if (policy.has('tunnel') && policy.has('proxyProtocol')) {
    policy.at('proxyProtocol').refuse('stands beside tunnel', 'keep one of them.');
    return;
  }
  wantSettings(policy, namespace, behaviour, inherited?.has('outlierDetection'));
  for (const port of policy.at('portLevelSettings').items) {
    if (!port.has('port')) port.refuse('has no port', 'name the port.');
    if (port.has(...ofPort)) wantSettings(port, namespace, behaviour);
    else port.refuse('has no setting', 'write one, or drop it.');
  }
  if (behaviour.retryBudgetInterval) wantReadable(policy.at('retryBudget').at('budgetInterval'));
  wantTunnel(policy.at('tunnel'));
}

function wantSettings(policy: Place, namespace: string, behaviour: Behaviour, hasOutliers = false): void {
  wantOutlierDetection(policy.at('outlierDetection'));
  wantConnectionPool(policy.at('connectionPool'), behaviour);
  wantLoadBalancer(policy.at('loadBalancer'), hasOutliers || policy.has('outlierDetection'), behaviour);
  wantClientTls(policy.at('tls'), namespace);
}

function wantTunnel(tunnel: Place): void {
  if (!tunnel.isSet) return;
  const protocol = tunnel.at('protocol');
  if (!['', 'CONNECT', 'POST'].includes(protocol.text))
    protocol.refuse(`is ${JSON.stringify(protocol.text)}`, 'write CONNECT or POST.');
  const host = tunnel.at('targetHost');
  const fault = domainFault(host.text);
  if (fault && !isIpAddress(host.text))
    host.refuse(`is ${JSON.stringify(host.text)}, neither a host name nor an address: ${fault}`, 'correct it.');
  wantPort(tunnel.at('targetPort'));
}

function wantOutlierDetection(outliers: Place): void {
  wantDuration(outliers.at('baseEjectionTime'));
  wantDuration(outliers.at('interval'));
  const local = outliers.at('consecutiveLocalOriginFailures');
  if (local.number > 0 && !outliers.at('splitExternalLocalOriginErrors').isTrue)
    local.refuse(
      'is set without splitExternalLocalOriginErrors',
      'set splitExternalLocalOriginErrors: true, or drop it.',
    );
  wantWithin(outliers.at('maxEjectionPercent'), 0, 100);
  wantWithin(outliers.at('minHealthPercent'), 0, 100);
}

/** Refuses faults of a connection pool, of a rule or a Sidecar (`validateConnectionPool`). */
export function wantConnectionPool(pool: Place, behaviour: Behaviour): void {
  if (!pool.isSet) return;
  if (!pool.has('http', 'tcp')) pool.refuse('has neither http nor tcp', 'write one of them, or drop it.');
  const http = pool.at('http');
  wantNoneNegative(http, 'http1MaxPendingRequests', 'http2MaxRequests', 'maxRequestsPerConnection');
  wantNoneNegative(http, 'maxRetries', 'maxConcurrentStreams');
  wantDuration(http.at('idleTimeout'));
  const client = http.at('useClientProtocol');
  if (client.isTrue && http.at('h2UpgradePolicy').text === 'UPGRADE')
    client.refuse('is true, beside h2UpgradePolicy UPGRADE', 'keep one of them.');
  const keepAlive = http.at('http2KeepAlive');
  if (behaviour.http2KeepAlive && keepAlive.isSet)
    for (const name of ['interval', 'timeout'])
      if (keepAlive.has(name)) wantDuration(keepAlive.at(name));
      else keepAlive.refuse(`has no ${name}`, `write ${name}.`);
  const tcp = pool.at('tcp');
  wantNoneNegative(tcp, 'maxConnections');
  const idle = tcp.at('idleTimeout');
  const durations = [tcp.at('connectTimeout'), tcp.at('maxConnectionDuration')];
  for (const place of [...durations, tcp.at('tcpKeepalive').at('time'), tcp.at('tcpKeepalive').at('interval')])
    wantDuration(place);
  // 0s turns the timeout off; what is less than a millisecond counts as 0 here.
  const length = durationNanos(idle.text) ?? 0n;
  if (length >= 1_000_000n || length <= -1_000_000n) wantDuration(idle);
}
