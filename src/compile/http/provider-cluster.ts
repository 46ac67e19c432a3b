import type { Registry } from '../../registry/types.ts';

/** Host name and cluster of the service that an extension provider names. */
export interface ProviderCluster {
  hostname: string;
  cluster: string;
}

/**
 * Finds the service of an extension provider: `host`, if only one namespace has it, or `namespace/host` (istiod's
 * `model.LookupCluster`). Visibility (`exportTo`) plays no part.
 *
 * @returns undefined where there is none or the name is ambiguous; istiod then leaves the provider out
 */
export function providerCluster(registry: Registry, service: unknown, port: unknown): ProviderCluster | undefined {
  if (typeof service !== 'string' || service === '') return undefined;
  const parts = service.split('/');
  const hostname = parts.length === 2 ? (parts[1] as string) : service;
  const services = registry.serviceByHostname(hostname);
  const namespaces = new Set(services.map((item) => item.namespace));
  const known = parts.length === 2 ? namespaces.has(parts[0] as string) : namespaces.size === 1;
  return known ? { hostname, cluster: `outbound|${Number(port ?? 0)}||${hostname}` } : undefined;
}
