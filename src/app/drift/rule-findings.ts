import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry, RegistryInput } from '../../registry/types.ts';
import { findingsOf } from '../../rules/index.ts';
import { compiledMesh } from '../check/compiled-mesh.ts';
import { overlay } from './overlay.ts';

/** The live state, as far as it was compiled already. */
export interface LiveState {
  input: RegistryInput;
  registry: Registry;
  compiled: ReadonlyMap<string, ProxyConfig>;
  selected: readonly Proxy[];
}

/**
 * What rules say of the state that Git describes. Faults of the live state alone are left out: they follow from drift,
 * which is told itself.
 *
 * @param differs whether Git and the API server differ at all; where they do not, the live state is Git's
 */
export function ruleFindings(live: LiveState, desired: readonly Resource[], differs: boolean): Finding[] {
  const ids = new Set(live.selected.map(({ id }) => id));
  const selected = ({ id }: Proxy): boolean => ids.has(id);
  const mesh = differs
    ? compiledMesh({ ...live.input, resources: overlay(live.input.resources, desired) }, selected, desired)
    : compiledMesh(live.input, selected, desired, live.registry, live.compiled);
  return findingsOf(mesh);
}
