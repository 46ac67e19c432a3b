import { isObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { containerStart } from './pod-index.ts';
import { containersOf, literalEnvironment } from './pod-spec.ts';
import type { ResourceIndex } from './resources.ts';
import type { IstiodEnvironment } from './types.ts';

/** istiod as it runs: its environment, arguments and image. */
export interface Istiod {
  environment: IstiodEnvironment;
  arguments: string[];
  image: string;
  /** Namespace that istiod runs in. */
  namespace: string;
  /** When it last started, RFC 3339; undefined where its pod does not tell. */
  startedAt?: string;
}

/**
 * Reads istiod's own environment from its pod, else its Deployment (label `app: istiod`). Of several revisions the
 * default one is taken, then the oldest. Without any, defaults hold.
 */
export function readIstiod(resources: ResourceIndex): Istiod {
  const candidates = [...resources.list('Pod'), ...resources.list('Deployment')].filter(isIstiod);
  const chosen = candidates.find((item) => item.metadata.labels['istio.io/rev'] === 'default') ?? candidates[0];
  const container = chosen && discoveryContainer(chosen);
  const raw = container ? literalEnvironment(container) : {};
  const args = container?.['args'];
  return {
    environment: istiodEnvironment(raw),
    arguments: Array.isArray(args) ? args.map(String) : [],
    image: typeof container?.['image'] === 'string' ? container['image'] : '',
    namespace: chosen?.metadata.namespace ?? 'istio-system',
    startedAt: chosen && containerStart(chosen, 'discovery'),
  };
}

/** Environment by raw variables; flags are read as Go's strconv.ParseBool does. */
export function istiodEnvironment(raw: Record<string, string>): IstiodEnvironment {
  return {
    raw,
    flag(name, fallback) {
      const value = raw[name];
      if (value === undefined) return fallback;
      if (/^(1|t|T|TRUE|true|True)$/.test(value)) return true;
      if (/^(0|f|F|FALSE|false|False)$/.test(value)) return false;
      return fallback;
    },
    text: (name, fallback) => raw[name] ?? fallback,
  };
}

function isIstiod(resource: Resource): boolean {
  return resource.metadata.labels['app'] === 'istiod' && discoveryContainer(resource) !== undefined;
}

function discoveryContainer(resource: Resource): Record<string, unknown> | undefined {
  const template = resource.spec['template'];
  const spec = resource.kind === 'Deployment' && isObject(template) ? template['spec'] : resource.spec;
  return isObject(spec) ? containersOf(spec).find((container) => container['name'] === 'discovery') : undefined;
}
