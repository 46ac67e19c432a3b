import { codes } from '../../model/codes.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import { isObject, type Path, valueAt } from '../../model/json.ts';
import { type Origin, originsAt } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import { findingOf, placeKey } from '../../rules/finding.ts';
import type { CompiledMesh } from '../../rules/types.ts';

/** A secret that a gateway is to ask istiod for. */
interface Credential {
  namespace: string;
  name: string;
  origin: Origin;
}

/**
 * Credentials that a change has a gateway ask for, and no gateway of the namespace asks for today. Secrets are never read, so
 * whether they are there is not known: a note, unless Git holds what makes them.
 *
 * @param git all objects of the head
 */
export function newCredentials(base: CompiledMesh, head: CompiledMesh, git: readonly Resource[]): Finding[] {
  const gateways = (mesh: CompiledMesh): Proxy[] => mesh.proxies.filter(({ type }) => type === 'router');
  const known = new Set(gateways(base).flatMap((proxy) => credentials(base.config(proxy), proxy).map(secretOf)));
  const found = new Map<string, { credential: Credential; proxies: Proxy[] }>();
  for (const proxy of gateways(head))
    for (const credential of credentials(head.config(proxy), proxy)) {
      if (known.has(secretOf(credential)) || git.some((it) => makes(it, credential))) continue;
      const key = `${placeKey(credential.origin)} ${secretOf(credential)}`;
      const group = found.get(key) ?? { credential, proxies: [] };
      found.set(key, group);
      group.proxies.push(proxy);
    }
  return [...found.values()].map(({ credential, proxies }) =>
    findingOf(head, {
      code: codes.newCredential,
      kind: 'hazard',
      severity: 'info',
      at: credential.origin,
      proxies,
      message: `names secret ${secretOf(credential)}, which no gateway asks for today, and Git does not hold`,
      effect: 'none if it is there; without it connections to this server end in the TLS handshake.',
      fix: `see that it is there before this is applied: kubectl get secret -n ${credential.namespace} ${credential.name}.`,
    }),
  );
}

function secretOf({ namespace, name }: Pick<Credential, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** Of `kubernetes://name` and `kubernetes-gateway://namespace/name` in the listeners, with the key that says so. */
function credentials(config: ProxyConfig, proxy: Proxy): Credential[] {
  const found: Credential[] = [];
  for (const listener of config.listeners) {
    const visit = (value: unknown, path: Path): void => {
      if (typeof value !== 'object' || value === null) return;
      if (isObject(value) && path.at(-2) === 'tls_certificate_sds_secret_configs') {
        const [, own, other, name] =
          /^kubernetes(?::\/\/([^/]+)|-gateway:\/\/([^/]+)\/(.+))$/.exec(String(value['name'])) ?? [];
        const origin = originsAt(listener, [...path, 'name']).find((it) => isNamed(it));
        if (origin && (own ?? name) !== undefined)
          found.push({ namespace: other ?? proxy.namespace, name: own ?? name ?? '', origin });
      }
      for (const [key, item] of Object.entries(value)) visit(item, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    visit(listener['filter_chains'], ['filter_chains']);
  }
  return found;
}

/** Whether a place is in an object that names credentials. */
function isNamed({ resource, path }: Origin): boolean {
  return /Gateway$|ListenerSet$/.test(resource.kind) && valueAt(resource.object, path) !== undefined;
}

/** Whether an object is the secret, or makes one of that name (cert-manager, External Secrets, Sealed Secrets). */
function makes({ kind, metadata, object }: Resource, { namespace, name }: Credential): boolean {
  if (!/Secret$|^Certificate$/.test(kind) || metadata.namespace !== namespace) return false;
  const named = [
    ['spec', 'secretName'],
    ['spec', 'target', 'name'],
    ['spec', 'template', 'metadata', 'name'],
  ];
  return metadata.name === name || named.some((path) => valueAt(object, path) === name);
}
