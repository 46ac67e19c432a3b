import { isObject, type Json, type JsonObject, type Path } from '../model/json.ts';
import { splitApiVersion } from './object.ts';

/** What keeps a mapping that is meant as an object of the mesh from being one. */
export interface Misfit {
  message: string;
  path: Path;
  fix: string;
  severity: 'error' | 'warning';
}

const meshGroup = /(^|\.)(istio\.io|gateway\.networking\.k8s\.io)$/;
/** Kinds whose names no other tool gives its files. */
const meshKind =
  /^(VirtualService|DestinationRule|ServiceEntry|WorkloadEntry|WorkloadGroup|EnvoyFilter|ProxyConfig|AuthorizationPolicy|PeerAuthentication|RequestAuthentication|HTTPRoute|GRPCRoute|TCPRoute|TLSRoute|ReferenceGrant)$/;

/** Whether a text without `apiVersion` and `kind` may hold what is meant as an object of the mesh. */
export function mayHoldMisfits(text: string): boolean {
  return (
    text.includes('metadata') && (text.includes('kind') || /istio\.io\/|gateway\.networking\.k8s\.io\//.test(text))
  );
}

/**
 * What the API server, or kubectl before it, does not take for an object although its author meant one: a header with a
 * key that is missing or misspelt, a version without its group's, a name that is no text. An object of other kinds without
 * a name is mostly a file of some tool (kubeconfig, Kustomization, skaffold).
 *
 * @returns undefined for an object, and for what is none of the mesh
 */
export function misfitOf(value: Json): Misfit | undefined {
  if (!isObject(value) || (!isObject(value['metadata']) && !isObject(value['spec']))) return undefined;
  const { apiVersion, kind } = value as JsonObject;
  if (!isMeshVersion(apiVersion) && !(typeof kind === 'string' && meshKind.test(kind))) return ofMisspelt(value);
  if (typeof kind !== 'string') return headless('kind', kind, value);
  if (typeof apiVersion !== 'string') return headless('apiVersion', apiVersion, value);
  if (!/^[^/]+\/v[^/]*$/.test(apiVersion))
    return {
      message: `${kind} of apiVersion ${apiVersion}, which is not GROUP/VERSION: no API server has it`,
      path: ['apiVersion'],
      fix: 'write it as networking.istio.io/v1',
      severity: 'error',
    };
  return isMeshVersion(apiVersion) ? ofName(value, kind) : undefined;
}

function isMeshVersion(apiVersion: unknown): boolean {
  if (typeof apiVersion !== 'string') return false;
  return meshGroup.test(splitApiVersion(apiVersion)[0]) || meshGroup.test(apiVersion.split('/')[0] ?? '');
}

function headless(key: string, written: Json | undefined, value: Record<string, unknown>): Misfit {
  const near = Object.keys(value).find((it) => it.toLowerCase() === key.toLowerCase() && it !== key);
  const what = String(value[key === 'kind' ? 'apiVersion' : 'kind']);
  return {
    message:
      written === undefined || written === null
        ? `an object of ${what} without ${key}`
        : `an object of ${what} whose ${key} is ${shortly(written)}, not text`,
    path: [near ?? key],
    fix: near === undefined ? `write its ${key}; until then it counts as absent from Git` : `write ${key} for ${near}`,
    severity: 'error',
  };
}

/** `apiversion: networking.istio.io/v1`, `Kind: VirtualService`: neither key is there as it should be. */
function ofMisspelt(value: Record<string, unknown>): Misfit | undefined {
  for (const [key, item] of Object.entries(value)) {
    const meant = ['apiVersion', 'kind'].find((it) => it !== key && it.toLowerCase() === key.toLowerCase());
    if (meant === undefined || typeof item !== 'string') continue;
    if (meant === 'kind' ? !meshKind.test(item) : !isMeshVersion(item)) continue;
    return {
      message: `an object with ${key} for ${meant}: no API server takes it`,
      path: [key],
      fix: `write ${meant}`,
      severity: 'error',
    };
  }
  return undefined;
}

function ofName(value: Record<string, unknown>, kind: string): Misfit | undefined {
  const { metadata } = value;
  const name = isObject(metadata) ? metadata['name'] : undefined;
  if (typeof name === 'string' && name !== '') return undefined;
  if (name !== undefined && name !== null && name !== '')
    return {
      message: `${kind} whose metadata.name is ${shortly(name)}, not text: no API server takes it`,
      path: ['metadata', 'name'],
      fix: 'put it in quotes; until then it counts as absent from Git',
      severity: 'error',
    };
  const generated = isObject(metadata) && typeof metadata['generateName'] === 'string';
  return {
    message: `${kind} without metadata.name${generated ? ' (generateName makes a new object each time)' : ''}`,
    path: ['metadata'],
    fix: 'give it a name; without one it cannot be compared with the cluster',
    severity: 'warning',
  };
}

function shortly(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return isObject(value) ? 'a mapping' : String(value);
}
