import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import type { ProxyStatus } from '../../model/status.ts';
import { durationInWords as inWords } from '../../report/duration.ts';
import { secondsBetween } from './type-states.ts';

/** What is not wrong yet, or not with the config: what a restart would lose, two istiods, certificates at their end. */
export function hazardFindings(proxies: readonly ProxyStatus[], now: string): Finding[] {
  return [...restartFindings(proxies), ...severalIstiods(proxies), ...certificateFindings(proxies, now)];
}

function restartFindings(proxies: readonly ProxyStatus[]): Finding[] {
  const groups = new Map<string, ProxyStatus[]>();
  for (const proxy of proxies) {
    if (proxy.restart !== 'broken') continue;
    const what = proxy.restartLacks.join(', ');
    groups.set(what, [...(groups.get(what) ?? []), proxy]);
  }
  return [...groups].map(([what, members]) => ({
    ...base(members),
    code: codes.restartHazard,
    severity: 'error' as const,
    message: `${who(members)} would come up without ${what} at the next restart: the last good configuration lives only in memory`,
    effect: effectOfLack(what),
    fix: 'do not restart, scale or evict these pods before what they reject is mended.',
  }));
}

/** What it means for a pod to be without the resource. */
function effectOfLack(what: string): string {
  if (what.includes('virtualInbound')) return 'a new pod refuses every connection from the mesh.';
  if (what.startsWith('cluster ')) return 'a new pod answers requests to it with 503 (no cluster).';
  if (what.startsWith('route ')) return 'a new pod has no routes on that port and answers 404.';
  return 'a new pod does without it.';
}

function severalIstiods(proxies: readonly ProxyStatus[]): Finding[] {
  return proxies
    .filter((proxy) => new Set(proxy.connections.map((it) => it.istiod)).size > 1)
    .map((proxy) => ({
      ...base([proxy]),
      code: codes.severalIstiods,
      severity: 'warning' as const,
      message: `${proxy.id} is connected to ${new Set(proxy.connections.map((it) => it.istiod)).size} istiods: ${proxy.connections.map((it) => `${it.istiod} (${it.revision})`).join(', ')}`,
      effect:
        'the one first named is in force; the others tell of a connection that has ended, or two control planes answer.',
      fix: 'look again in a minute: an istiod forgets a proxy that reconnected elsewhere after some 40 s.',
    }));
}

function certificateFindings(proxies: readonly ProxyStatus[], now: string): Finding[] {
  return proxies.flatMap((proxy) => {
    const { certificate } = proxy;
    if (!certificate || certificate.state === 'valid') return [];
    const expired = certificate.state === 'expired';
    const [from, to] = expired ? [certificate.expires, now] : [now, certificate.expires];
    const distance = inWords(secondsBetween(from, to) ?? 0);
    return [
      {
        ...base([proxy]),
        code: codes.certificate,
        severity: expired ? ('error' as const) : ('warning' as const),
        message: expired
          ? `a certificate of ${proxy.id} expired ${distance} ago (${certificate.expires})`
          : `a certificate of ${proxy.id} expires in ${distance} (${certificate.expires}), and was not renewed in time`,
        effect: expired ? 'connections with mutual TLS fail.' : 'connections with mutual TLS fail from then on.',
        fix: 'see the log of istio-proxy for why it gets no new one from istiod; a restart asks anew.',
      },
    ];
  });
}

function who(members: readonly ProxyStatus[]): string {
  return members.length === 1 ? (members[0]?.id ?? '') : `${members.length} pods`;
}

function base(members: readonly ProxyStatus[]): Omit<Finding, 'code' | 'severity' | 'message' | 'effect' | 'fix'> {
  const ids = members.map((it) => it.id).sort();
  return {
    kind: 'hazard',
    resource: ids.length === 1 ? `Pod ${ids[0]}` : 'Mesh',
    field: '',
    proxies: ids,
    layer: 'api-proxy',
    related: [],
  };
}
