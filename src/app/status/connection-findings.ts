import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import { type ProxyStatus, statusTypes } from '../../model/status.ts';
import { durationInWords as inWords } from '../../report/duration.ts';

/**
 * What istiod alone tells of proxies whose dump was not read, or cannot be judged as a kind of objects was not read: not
 * connected, behind, rejecting. What it does is not known.
 */
export function unreadFindings(proxies: readonly ProxyStatus[]): Finding[] {
  return proxies.flatMap((proxy) => {
    if (proxy.differs !== null) return [];
    if (proxy.state === 'disconnected') return [disconnected(proxy)];
    if (proxy.state === 'stale') return [stale(proxy)];
    return proxy.state === 'rejected' && !proxy.read ? proxy.rejections.map((it) => rejected(proxy, it)) : [];
  });
}

const unread = 'what it holds, or should hold, was not read, so what it does otherwise is not known.';

function disconnected(proxy: ProxyStatus): Finding {
  return {
    ...base(proxy),
    code: codes.disconnected,
    kind: 'stale',
    severity: 'warning',
    message: `${proxy.id} should be connected, and no istiod knows it`,
    effect: unread,
    fix: 'restore its connection to istiod (port 15012), and see the log of istio-proxy.',
  };
}

function stale(proxy: ProxyStatus): Finding {
  const types = statusTypes.filter((type) => proxy.types[type].state === 'STALE');
  const age = proxy.behindSeconds === null ? '' : ` for ${inWords(proxy.behindSeconds)}`;
  return {
    ...base(proxy),
    code: codes.stale,
    kind: 'stale',
    severity: 'warning',
    message: `${proxy.id} has not acknowledged its ${types.join('s, ')}s${age}`,
    effect: unread,
    fix: `restore the connection of ${proxy.id} to istiod (port 15012), or restart the pod.`,
  };
}

function rejected(proxy: ProxyStatus, { type, name, error }: ProxyStatus['rejections'][number]): Finding {
  return {
    ...base(proxy),
    code: codes.rejected,
    kind: 'nack',
    severity: 'error',
    layer: 'proxy-rejects',
    message: `Envoy rejects ${type} ${name || 'updates'}: ${error || 'it gave no reason'}`,
    effect: unread,
    fix: 'see what of the configuration it names; with the dumps of the proxies the line is told.',
  };
}

function base(proxy: ProxyStatus): Omit<Finding, 'code' | 'kind' | 'severity' | 'message' | 'effect' | 'fix'> {
  return { resource: `Pod ${proxy.id}`, field: '', proxies: [proxy.id], layer: 'api-proxy', related: [] };
}
