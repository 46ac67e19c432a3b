import type { LiveProxy } from '../../decode/index.ts';
import { codes } from '../../model/codes.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import { formatPath, isObject, type Path } from '../../model/json.ts';
import { type Origin, originsAt } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceName } from '../../model/resource.ts';

interface Waiting {
  proxy: Proxy;
  secrets: readonly string[];
  listeners: ReadonlySet<string>;
}

/**
 * Secrets that proxies asked for and did not get, as their dumps have them (`dynamic_warming_secrets`): the name in a
 * `credentialName` that no Secret has. A note, because who makes the Secret may be late on purpose.
 */
export class WaitingSecrets {
  readonly #waiting: Waiting[] = [];

  add(proxy: Proxy, { waitingSecrets, waitingListeners }: LiveProxy): void {
    if (waitingSecrets.length > 0)
      this.#waiting.push({ proxy, secrets: waitingSecrets, listeners: new Set(waitingListeners) });
  }

  /** @param configOf what a proxy should hold, with origins */
  findings(configOf: (proxy: Proxy) => ProxyConfig, gitTwin: (resource: Resource) => Resource | undefined): Finding[] {
    const found = new Map<string, { origin: Origin; secret: string; proxies: string[]; listeners: Set<string> }>();
    for (const { proxy, secrets, listeners } of this.#waiting) {
      const { listeners: expected, clusters } = configOf(proxy);
      for (const resource of [...expected, ...clusters])
        for (const { path, secret } of usesOf(resource, new Set(secrets))) {
          const [origin] = originsAt(resource, path);
          if (!origin) continue;
          const key = `${resourceName(origin.resource)} ${formatPath(origin.path)}`;
          const known = found.get(key) ?? { origin, secret, proxies: [], listeners: new Set() };
          found.set(key, known);
          if (!known.proxies.includes(proxy.id)) known.proxies.push(proxy.id);
          if (listeners.has(resource.name)) known.listeners.add(resource.name);
        }
    }
    return [...found.values()].map(({ origin, secret, proxies, listeners }) => ({
      code: codes.waitingSecret,
      kind: 'unresolved',
      severity: 'info',
      resource: resourceName(origin.resource),
      field: formatPath(origin.path),
      message: `${resourceName(origin.resource)} names secret ${secret.replace(/^kubernetes:\/\//, '')}, which ${proxies.length === 1 ? 'its proxy' : `${proxies.length} proxies`} asked for and did not get`,
      location: gitTwin(origin.resource)?.locate(origin.path),
      proxies: proxies.sort(),
      layer: 'api-proxy',
      effect:
        listeners.size > 0
          ? `listener ${[...listeners].join(', ')} takes no connections until it comes.`
          : 'connections that need it fail in the TLS handshake.',
      fix: "create the Secret in the proxy's namespace, correct the name, or let the proxy's service account read it.",
      related: [],
    }));
  }
}

/** Where a listener or cluster asks for one of the secrets, as paths to its name. */
function usesOf(root: object, secrets: ReadonlySet<string>): { path: Path; secret: string }[] {
  const found: { path: Path; secret: string }[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, [...path, index]);
    if (!isObject(value)) return;
    const { name, sds_config: source } = value;
    if (typeof name === 'string' && source !== undefined && secrets.has(name))
      found.push({ path: [...path, 'name'], secret: name });
    for (const [key, item] of Object.entries(value)) if (typeof item === 'object') visit(item, [...path, key]);
  };
  visit(root, []);
  return found;
}
