import type { LiveProxy } from '../../decode/index.ts';
import { missingSecret } from '../../explain/index.ts';
import { codes } from '../../model/codes.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import { formatPath, isObject, type Path, valueAt } from '../../model/json.ts';
import { type Origin, originsAt } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceName } from '../../model/resource.ts';

interface Waiting {
  proxy: Proxy;
  secrets: readonly string[];
  listeners: ReadonlySet<string>;
  warming: ReadonlySet<string>;
}

/** A place that names a secret, and what becomes of it without. */
interface Named {
  origin: Origin;
  secret: string;
  proxies: string[];
  listeners: Set<string>;
  /** Envoy has waited for it in vain, and has nothing in its place. */
  failed: boolean;
}

/**
 * Secrets that proxies asked for and did not get, as their dumps have them (`dynamic_warming_secrets`): the name in a
 * `credentialName` that no Secret has. While a listener or cluster waits for it that is a note: it may be on its way. Once
 * Envoy has given up waiting (`initial_fetch_timeout`, 15 s) what needs it is in force, and fails.
 */
export class WaitingSecrets {
  readonly #waiting: Waiting[] = [];

  add(proxy: Proxy, { waitingSecrets, waitingListeners, warming }: LiveProxy): void {
    if (waitingSecrets.length > 0)
      this.#waiting.push({
        proxy,
        secrets: waitingSecrets,
        listeners: new Set(waitingListeners),
        warming: new Set(warming),
      });
  }

  /** @param configOf what a proxy should hold, with origins */
  findings(configOf: (proxy: Proxy) => ProxyConfig, gitTwin: (resource: Resource) => Resource | undefined): Finding[] {
    const found = new Map<string, Named>();
    for (const { proxy, secrets, listeners, warming } of this.#waiting) {
      const missing = new Set(secrets);
      const { listeners: expected, clusters } = configOf(proxy);
      for (const resource of [...expected, ...clusters])
        for (const { path, secret } of usesOf(resource, missing)) {
          const [origin] = originsAt(resource, path);
          if (!origin) continue;
          const key = `${resourceName(origin.resource)} ${formatPath(origin.path)}`;
          const known = found.get(key) ?? { origin, secret, proxies: [], listeners: new Set<string>(), failed: false };
          found.set(key, known);
          if (!known.proxies.includes(proxy.id)) known.proxies.push(proxy.id);
          if (listeners.has(resource.name)) known.listeners.add(resource.name);
          if (!warming.has(resource.name) && isUnusable(resource, path, missing)) known.failed = true;
        }
    }
    return [...found.values()].map(({ origin, secret, proxies, listeners, failed }) => ({
      code: codes.waitingSecret,
      kind: 'unresolved',
      severity: failed ? 'error' : 'info',
      resource: resourceName(origin.resource),
      field: formatPath(origin.path),
      message: `${resourceName(origin.resource)} names secret ${secret.replace(/^kubernetes:\/\//, '')}, which ${proxies.length === 1 ? 'its proxy' : `${proxies.length} proxies`} asked for and did not get`,
      location: gitTwin(origin.resource)?.locate(origin.path),
      proxies: proxies.sort(),
      layer: 'api-proxy',
      effect: effectOf(origin, listeners, failed),
      fix: "create the Secret in the proxy's namespace, correct the name, or let the proxy's service account read it.",
      related: [],
    }));
  }
}

function effectOf({ resource }: Origin, listeners: ReadonlySet<string>, failed: boolean): string {
  const isServer = resource.kind === 'Gateway' || resource.kind === 'Sidecar';
  if (failed && isServer) return 'each connection to these hosts is closed without an answer.';
  if (failed) return 'requests there get 503 UF: no connection can be made without it.';
  if (listeners.size > 0) return `listener ${[...listeners].join(', ')} takes no connections until it comes.`;
  return 'connections that need it fail in the TLS handshake.';
}

/** Whether the TLS context at a path has nothing in place of what is missing. */
function isUnusable(resource: object, path: Path, missingSecrets: ReadonlySet<string>): boolean {
  const context = valueAt(resource, path.slice(0, path.indexOf('common_tls_context') + 1));
  const config = { clusters: [], endpoints: [], listeners: [], routes: [], missingSecrets };
  return isObject(context) && missingSecret(config, context) !== undefined;
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
