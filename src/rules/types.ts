import type { ProxyConfig } from '../model/envoy.ts';
import type { Finding } from '../model/finding.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import type { Registry } from '../registry/types.ts';

/** One state of a mesh with what its proxies hold: what rules look at. */
export interface CompiledMesh {
  registry: Registry;
  /** The proxies that findings speak of. */
  proxies: readonly Proxy[];
  /** Every object of the state, of any kind. */
  objects: readonly Resource[];
  /** What a proxy holds; computed once. */
  config(proxy: Proxy): ProxyConfig;
  /** The object as its author wrote it, with places in files; undefined where no file holds it. */
  written(resource: Resource): Resource | undefined;
  /** The object as the API server has it, and so has accepted it; undefined where it has none. */
  accepted(resource: Resource): Resource | undefined;
  /** The same mesh with some objects created anew in one second; absent where the state's objects are not at hand. */
  recreated?(resources: readonly Resource[]): CompiledMesh;
}

/** A check of one state. It reads the registry and the compiled config, and tells effects, not texts. */
export interface Rule {
  /** Short and stable: `unresolved-destination`. */
  name: string;
  /** The codes that it gives. */
  codes: readonly string[];
  find(mesh: CompiledMesh): Finding[];
}
