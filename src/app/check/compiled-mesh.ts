import { compileProxy } from '../../compile/index.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import { buildRegistry } from '../../registry/index.ts';
import type { Registry, RegistryInput } from '../../registry/types.ts';
import type { CompiledMesh } from '../../rules/types.ts';

/**
 * A state of the mesh as rules look at it; a proxy is compiled when a rule first asks for it.
 *
 * @param selected says which proxies count
 * @param git objects as written in Git, for places
 * @param compiled configs that are known already
 */
export function compiledMesh(
  input: RegistryInput,
  selected: (proxy: Proxy) => boolean,
  git: readonly Resource[] = [],
  registry: Registry = buildRegistry(input),
  compiled: ReadonlyMap<string, ProxyConfig> = new Map(),
): CompiledMesh {
  const configs = new Map<string, ProxyConfig>(compiled);
  const written = new Map(git.map((resource) => [resourceKey(resource), resource]));
  let accepted: ReadonlyMap<string, Resource> | undefined;
  return {
    registry,
    proxies: registry.proxies.filter(selected),
    objects: input.resources,
    config(proxy) {
      let config = configs.get(proxy.id);
      if (!config) {
        config = compileProxy(proxy, registry);
        configs.set(proxy.id, config);
      }
      return config;
    },
    written: (resource) => written.get(resourceKey(resource)),
    accepted(resource) {
      accepted ??= new Map((input.accepted ?? []).map((it) => [resourceKey(it), it]));
      return accepted.get(resourceKey(resource));
    },
    recreated: (anew) => compiledMesh(withEqualAge(input, anew), selected, git),
  };
}

/** The state with some of its objects created in one second, after all others. */
function withEqualAge(input: RegistryInput, anew: readonly Resource[]): RegistryInput {
  const keys = new Set(anew.map(resourceKey));
  const resources = input.resources.map((resource) =>
    keys.has(resourceKey(resource))
      ? { ...resource, metadata: { ...resource.metadata, creationTimestamp: '9999-01-01T00:00:00Z' } }
      : resource,
  );
  return { ...input, resources };
}
