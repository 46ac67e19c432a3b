import { compileProxy } from '../../compile/index.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import { newestMinor } from '../../model/istio-version.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import { buildRegistry } from '../../registry/index.ts';
import type { Registry, RegistryInput } from '../../registry/types.ts';
import { refusedBySchema } from '../../rules/schema-validation.ts';
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
  registry: Registry = buildRegistry(taken(input, git)),
  compiled: ReadonlyMap<string, ProxyConfig> = new Map(),
): CompiledMesh {
  const configs = new Map<string, ProxyConfig>(compiled);
  const written = byKey(git);
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
      accepted ??= byKey(input.accepted ?? []);
      return accepted.get(resourceKey(resource));
    },
    recreated: (anew) => compiledMesh(withEqualAge(input, anew), selected, git),
  };
}

/**
 * The state as the API server takes it: of an object that it refuses it keeps what it has.
 *
 * @param git objects as written in Git; what is there already was taken
 */
export function taken(input: RegistryInput, git: readonly Resource[]): RegistryInput {
  if (git.length === 0) return input;
  const written = byKey(git);
  const accepted = byKey(input.accepted ?? []);
  const of = (index: ReadonlyMap<string, Resource>) => (resource: Resource) => index.get(resourceKey(resource));
  const refused = refusedBySchema(input.resources, of(written), of(accepted), versionOf(input));
  if (refused.size === 0) return input;
  const resources = input.resources.flatMap((resource) =>
    refused.has(resource) ? (accepted.get(resourceKey(resource)) ?? []) : [resource],
  );
  return { ...input, resources };
}

/** The release by whose schema objects are judged where the cluster has no definitions of its own. */
function versionOf({ istiod }: RegistryInput): string {
  return /^1\.\d+/.exec(istiod?.version ?? '')?.[0] ?? `1.${newestMinor}`;
}

function byKey(resources: readonly Resource[]): ReadonlyMap<string, Resource> {
  return new Map(resources.map((resource) => [resourceKey(resource), resource]));
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
