import { isObject, type JsonObject, valueAt } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { CompiledMesh } from './types.ts';

/** Why a proxy is not sent what a patch says. */
export interface Unsent {
  reason: string;
  fix: string;
}

/** The first minor version of Istio 1 whose agents ask istiod for no bootstrap any more (agent: remove BDS). */
const withoutBootstrap = 21;

/**
 * Why a proxy never gets a patch of what is in no listener, cluster or route: the bootstrap, which agents write
 * themselves, and extension configs, which a proxy asks for by the names in its filters
 * (`InsertedExtensionConfigurations`). Undefined where it may get it.
 */
export function unsentTo(mesh: CompiledMesh, proxy: Proxy, patch: JsonObject): Unsent | undefined {
  if (patch['applyTo'] === 'BOOTSTRAP') {
    const minor = Number(/^1\.(\d+)/.exec(proxy.istioVersion)?.[1] ?? Number.NaN);
    if (minor < withoutBootstrap) return undefined;
    return {
      reason: `since Istio 1.${withoutBootstrap} no proxy asks istiod for its bootstrap, which its agent writes when it starts`,
      fix: 'mount the settings with the annotation sidecar.istio.io/bootstrapOverride, and restart the pods; or remove the patch.',
    };
  }
  const operation = valueAt(patch, ['patch', 'operation']) ?? 'INVALID';
  if (operation !== 'ADD')
    return { reason: 'istiod takes extension configs with operation ADD only', fix: 'write operation: ADD.' };
  const name = valueAt(patch, ['patch', 'value', 'name']);
  if (asksFor(mesh.config(proxy).listeners, name)) return undefined;
  return {
    reason: `no filter of theirs asks for an extension config ${String(name)} (config_discovery)`,
    fix: 'add a filter of that name with config_discovery, or correct the name.',
  };
}

/** Whether there is a filter of the name that is configured by discovery. */
function asksFor(value: unknown, name: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => asksFor(item, name));
  if (!isObject(value)) return false;
  if (value['name'] === name && value['config_discovery'] !== undefined) return true;
  return Object.values(value).some((item) => asksFor(item, name));
}
