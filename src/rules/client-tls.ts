import { isSniClusterName, parseClusterName } from '../compile/cluster/name.ts';
import { rulePolicy } from '../compile/endpoint/subset.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject } from '../model/json.ts';
import { type Origin, placeOf } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Registry, Service, SidecarScope } from '../registry/types.ts';
import { isAssumed } from './assumed.ts';
import { findingOf, placeKey } from './finding.ts';
import { type Refusing, ServerSides } from './server-side.ts';
import type { CompiledMesh, Rule } from './types.ts';

interface Clash {
  place: Origin;
  code: (typeof codeOf)[keyof typeof codeOf];
  hosts: Set<string>;
  proxies: Set<Proxy>;
  servers: Set<string>;
  because: Origin | undefined;
}

/**
 * Clients whose TLS does not fit their servers, for every cluster of every proxy: plain text to a workload that takes
 * mutual TLS only (503 UC), mutual TLS to one that cannot speak it (503 UF). What auto-mTLS decides by endpoint fits
 * always.
 */
export const clientTls: Rule = {
  name: 'client-tls',
  codes: [codes.plainTextToStrict, codes.mutualTlsToPlain, codes.simpleTlsToMesh],
  find(mesh) {
    const sides = new ServerSides(mesh.registry);
    const found = new Map<string, Clash>();
    for (const proxy of mesh.proxies) {
      const scope = mesh.registry.sidecarScope(proxy);
      for (const cluster of mesh.config(proxy).clusters) {
        const name = parseClusterName(cluster.name);
        // A gateway that passes TLS on (AUTO_PASSTHROUGH) sends what its clients have encrypted.
        if (name?.direction !== 'outbound' || isSniClusterName(cluster.name)) continue;
        if (cluster['transport_socket_matches'] !== undefined) continue;
        const service = scope.serviceByHostname.get(name.hostname);
        if (!service || service.meshExternal) continue;
        const sent = sentTo(scope, service, name.port, name.subset, cluster['transport_socket'] !== undefined);
        const refusing = sent && sides.refusing(scope, service, name, sent.what);
        if (!sent || !refusing || isGuess(mesh.registry, service, sent.what, refusing)) continue;
        const place = sent.place ?? refusing.policy;
        if (!place) continue;
        const code = codeOf[sent.what];
        const key = `${placeKey(place)} ${code}`;
        const known: Clash = found.get(key) ?? {
          place,
          code,
          hosts: new Set(),
          proxies: new Set(),
          servers: new Set(),
          because: refusing.policy,
        };
        found.set(key, known);
        known.hosts.add(`${name.hostname}:${name.port}`);
        known.servers.add(refusing.server);
        known.proxies.add(proxy);
      }
    }
    return [...found.values()].map((it) => toFinding(mesh, it));
  },
};

/**
 * Whether it rests on what is not known of a service that is taken to exist: whether its pods have sidecars, and which of
 * their ports it leads to.
 */
function isGuess(registry: Registry, service: Service, what: keyof typeof codeOf, { policy }: Refusing): boolean {
  if (!isAssumed(registry, service)) return false;
  return what === 'tls' || policy?.resource.spec['portLevelMtls'] !== undefined;
}

const codeOf = {
  plain: codes.plainTextToStrict,
  mutual: codes.mutualTlsToPlain,
  tls: codes.simpleTlsToMesh,
} as const;

/**
 * What a client sends where it does not leave it to auto-mTLS, and the key that decides it; undefined for certificates of
 * its own, of which is not known whether servers take them.
 */
function sentTo(
  scope: SidecarScope,
  service: Service,
  port: number,
  subset: string,
  encrypted: boolean,
): { what: keyof typeof codeOf; place: Origin | undefined } | undefined {
  const rule = scope.destinationRule(service);
  const policy = rulePolicy(rule, port, subset);
  const mode = policy?.tls?.['mode'];
  if (encrypted && mode !== 'ISTIO_MUTUAL' && mode !== 'SIMPLE') return undefined;
  const what = !encrypted ? 'plain' : mode === 'SIMPLE' ? 'tls' : 'mutual';
  const own = policy?.tls && placeOf(policy.tls);
  if (own) return { what, place: { ...own, path: mode === undefined ? own.path : [...own.path, 'mode'] } };
  const whole = rule?.spec['trafficPolicy'];
  const source = policy?.portLevel ?? (isObject(whole) ? whole : rule?.from[0]?.spec);
  return { what, place: source && placeOf(source) };
}

const texts = {
  [codes.plainTextToStrict]: {
    message: (hosts: string) => `makes clients send plain text to ${hosts}, which takes mutual TLS only`,
    effect: (servers: string) => `requests get 503 UC: ${servers} is STRICT.`,
    fix: 'remove the tls block so that auto-mTLS decides, or use ISTIO_MUTUAL.',
  },
  [codes.mutualTlsToPlain]: {
    message: (hosts: string) => `makes clients open mutual TLS to ${hosts}, which cannot speak it`,
    effect: (servers: string, off: boolean) =>
      off
        ? `requests get 503 UF: mutual TLS of ${servers} is DISABLE.`
        : `requests get 503 UF: ${servers} has no sidecar that would speak mutual TLS.`,
    fix: 'remove the tls block so that auto-mTLS decides, or add a DestinationRule with tls DISABLE for that host.',
  },
  [codes.simpleTlsToMesh]: {
    message: (hosts: string) => `makes clients open TLS without a certificate of the mesh to ${hosts}`,
    effect: (servers: string) =>
      `requests get 503 UF: ${servers} asks for a certificate of the mesh, or hands the TLS on to an application that speaks plain HTTP.`,
    fix: 'remove the tls block so that auto-mTLS decides, or use ISTIO_MUTUAL.',
  },
} as const;

function toFinding(mesh: CompiledMesh, { place, code, hosts, proxies, servers, because }: Clash): Finding {
  const list = [...hosts].sort();
  const words = `${list.slice(0, 3).join(', ')}${list.length > 3 ? ` and ${list.length - 3} more` : ''}`;
  const targets = [...servers].sort().slice(0, 3).join(', ');
  const { message, effect, fix } = texts[code];
  return findingOf(mesh, {
    code,
    kind: 'mtls',
    severity: 'error',
    at: place,
    proxies,
    message: message(words),
    effect: effect(targets, because !== undefined),
    fix,
    related: because && placeKey(because) !== placeKey(place) ? [{ message: 'the server side', at: because }] : [],
  });
}
