import { trustDomainAliases } from '../compile/security/mutual-tls.ts';
import { isObject, objects } from '../model/json.ts';
import type { Registry } from '../registry/types.ts';

/** The identities that workloads of the mesh can have. */
export class Identities {
  readonly #accounts = new Set<string>();
  readonly #domains: Set<string>;
  readonly #all: string[];
  readonly #open: boolean;
  /** Trust domains that servers of the mesh accept clients of, without knowing their accounts; undefined: any. */
  readonly #trusted: ReadonlySet<string> | undefined;

  constructor(registry: Registry) {
    // Workloads of all clusters of the mesh come with the same trust.
    this.#open = registry.unseenClusters.length > 0;
    for (const { resources } of registry.clusters) {
      for (const { metadata } of resources.list('ServiceAccount'))
        this.#accounts.add(`${metadata.namespace}/${metadata.name}`);
      for (const pod of resources.list('Pod')) {
        const spec = isObject(pod.spec) ? pod.spec : {};
        this.#accounts.add(`${pod.metadata.namespace}/${String(spec['serviceAccountName'] ?? 'default')}`);
      }
    }
    for (const proxy of registry.proxies) this.#accounts.add(`${proxy.namespace}/${proxy.serviceAccount}`);
    // `cluster.local` always means the mesh's own trust domain.
    this.#domains = new Set(['cluster.local', registry.mesh.trustDomain, ...trustDomainAliases(registry)]);
    this.#trusted = trustedOutside(registry);
    this.#all = [...this.#accounts].flatMap((account) => {
      const [namespace, name] = account.split('/');
      return [...this.#domains].map((domain) => `${domain}/ns/${namespace}/sa/${name}`);
    });
  }

  /**
   * Whether somebody may be meant; true with clusters of which nothing is known here.
   *
   * @param foreign whether the server takes clients of any trust domain
   */
  mayBe(principal: string, foreign = false): boolean {
    if (principal === '*' || this.#open) return true;
    if (principal.startsWith('*')) return this.#all.some((it) => it.endsWith(principal.slice(1)));
    const [domain = ''] = principal.split('/');
    const elsewhere = !this.#domains.has(domain) && (foreign || !this.#trusted || this.#trusted.has(domain));
    if (principal.endsWith('*')) {
      const start = principal.slice(0, -1);
      return (start.includes('/') && elsewhere && domain !== 'spiffe:') || this.#all.some((it) => it.startsWith(start));
    }
    if (elsewhere && /^[^/]+\/ns\/[^/]+\/sa\/[^/]+$/.test(principal)) return true;
    return this.#all.includes(principal);
  }

  /** Identities that differ from the principal by their account's name only, for a hint. */
  near(principal: string): string[] {
    const stem = principal.slice(0, principal.lastIndexOf('/') + 1);
    const plain = (text: string): string => text.replace(/[^a-z0-9]/gi, '').toLowerCase();
    return this.#all.filter((it) => it.startsWith(stem) && plain(it) === plain(principal));
  }
}

/**
 * Sidecars refuse clients whose certificate is of another trust domain than the mesh's own, its aliases and those of
 * `caCertificates` (istiod's `TrustDomainsForValidation`).
 */
function trustedOutside({ environment, mesh }: Registry): ReadonlySet<string> | undefined {
  if (environment.flag('PILOT_SKIP_VALIDATE_TRUST_DOMAIN', false)) return undefined;
  return new Set(
    objects(mesh['caCertificates']).flatMap(({ trustDomains }) =>
      Array.isArray(trustDomains) ? trustDomains.map(String) : [],
    ),
  );
}
