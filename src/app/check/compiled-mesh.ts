import { compileProxy } from '../../compile/index.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import { buildRegistry, istioVersionOf } from '../../registry/index.ts';
import type { Registry, RegistryInput } from '../../registry/types.ts';
import { isRefusedByIstiod } from '../../rules/refused/index.ts';
import { refusedBySchema } from '../../rules/schema-validation.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { isDefinition } from '../drift/judged-kinds.ts';

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
  const accepted = byKey(input.accepted ?? []);
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
    // A former version that the cluster keeps is written nowhere.
    written: (resource) =>
      accepted.get(resourceKey(resource)) === resource ? undefined : written.get(resourceKey(resource)),
    accepted: (resource) => accepted.get(resourceKey(resource)),
    recreated: (anew) => compiledMesh(withEqualAge(input, anew), selected, git),
  };
}

/**
 * The state as the API server takes it: of an object that it or istiod's webhook refuses it keeps what it has. What it
 * holds already stands, even where it was applied before there was a webhook.
 *
 * @param git objects as written in Git; what is there already was taken
 */
export function taken(input: RegistryInput, git: readonly Resource[]): RegistryInput {
  if (git.length === 0) return input;
  const written = byKey(git);
  const accepted = byKey(input.accepted ?? []);
  const heldOf = (resource: Resource): Resource | undefined => accepted.get(resourceKey(resource));
  // What stands as the cluster has it was not applied anew.
  const writtenOf = (resource: Resource): Resource | undefined =>
    heldOf(resource) === resource ? undefined : written.get(resourceKey(resource));
  const version = istioVersionOf(input);
  const refused = refusedBySchema(input.resources, writtenOf, heldOf, version);
  const byWebhook = (resource: Resource): boolean => {
    const own = writtenOf(resource);
    return own !== undefined && isRefusedByIstiod(own, heldOf(resource), version);
  };
  for (const resource of input.resources) if (!refused.has(resource) && byWebhook(resource)) refused.add(resource);
  if (refused.size === 0) return input;
  const resources = input.resources.flatMap((resource) =>
    refused.has(resource) ? (heldOf(resource) ?? []) : [resource],
  );
  return { ...input, resources };
}

/** Whether the API server would refuse an object by its kind's schema. @param held what it has of the object, if anything */
export function isRefused(input: RegistryInput, resource: Resource, held: Resource | undefined): boolean {
  const definitions = input.resources.filter(isDefinition);
  const written = (it: Resource) => (it === resource ? it : undefined);
  return refusedBySchema([...definitions, resource], written, () => held, istioVersionOf(input)).size > 0;
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
