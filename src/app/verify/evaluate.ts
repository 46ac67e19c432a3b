import { compareConfigs } from '../../compare/index.ts';
import type { Difference } from '../../compare/types.ts';
import { compileProxy } from '../../compile/index.ts';
import type { ClusterState } from '../../model/cluster-state.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Diagnostic } from '../../model/report.ts';
import type { Resource } from '../../model/resource.ts';
import type { Arrival, VerifiedProxy } from '../../model/verify.ts';
import { buildRegistry } from '../../registry/index.ts';
import type { Registry } from '../../registry/types.ts';
import { readConventions } from '../drift/conventions/index.ts';
import { type Examined, examine } from '../drift/examine.ts';
import { judgedKind } from '../drift/judged-kinds.ts';
import { digest } from '../drift/shared-configs.ts';
import { signature } from '../drift/unexplained.ts';
import { toRegistryInput } from '../registry-input.ts';
import { changeOf } from './change.ts';
import { lackingInWords, lackingOf } from './lacking.ts';

/** How far the change has come at one moment. */
export interface Evaluation {
  /** Every proxy that the change touches, by id. */
  proxies: VerifiedProxy[];
  untouched: number;
  unread: Diagnostic[];
  /** What else could not be read of the proxies. */
  notes: Diagnostic[];
}

export interface EvaluateOptions {
  concurrency: number;
  /** Proxies that held the change before: they are not read again. */
  arrived: ReadonlyMap<string, VerifiedProxy>;
  signal?: AbortSignal;
  onProgress?: (done: number, of: number) => void;
}

/** What is told of a proxy beside the comparison with Git: signatures of where it differs from the other states. */
interface Elsewhere {
  base: ReadonlySet<string>;
  api: ReadonlySet<string>;
}

/**
 * Says which of the selected proxies the change touches, by compiling the state before and the one after, and how far it
 * has come on each, by its own dump. A difference that the state before shows in the same way is not the change's.
 */
export async function evaluate(
  head: readonly Resource[],
  since: readonly Resource[] | undefined,
  state: ClusterState,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const input = toRegistryInput(state);
  const change = changeOf(
    input,
    head.filter(judgedKind),
    since?.filter(judgedKind),
    readConventions(head, input.resources),
  );
  const registries = { api: buildRegistry(input), base: buildRegistry(change.base), head: buildRegistry(change.head) };
  const byId = (registry: Registry): Map<string, Proxy> => new Map(registry.proxies.map((it) => [it.id, it]));
  const proxiesOf = { api: byId(registries.api), base: byId(registries.base), head: byId(registries.head) };
  const compiled = (side: keyof typeof registries, id: string): ProxyConfig | undefined => {
    const proxy = proxiesOf[side].get(id);
    return proxy && compileProxy(proxy, registries[side]);
  };
  const selected = new Set(state.proxies.map((source) => source.id));
  const touched = registries.head.proxies.filter(
    (proxy) => selected.has(proxy.id) && changes(compiled('base', proxy.id), compileProxy(proxy, registries.head)),
  );
  const ids = new Set(touched.map((proxy) => proxy.id));
  // A pod that the registry does not know cannot be judged, and must not be taken for untouched.
  const pending = state.proxies.filter(
    ({ id }) => (ids.has(id) && !options.arrived.has(id)) || !proxiesOf.head.has(id),
  );
  const elsewhere = new Map<string, Elsewhere>();
  const examination = await examine({ ...state, proxies: pending }, registries.head, {
    ...options,
    observe: ({ id }, _, { config }) => {
      const signatures = (side: 'base' | 'api'): Set<string> => {
        const expected = compiled(side, id);
        return new Set(expected ? compareConfigs(expected, config).differences.map(signature) : []);
      };
      elsewhere.set(id, { base: signatures('base'), api: signatures('api') });
    },
  });
  const examined = new Map(examination.proxies.map((it) => [it.examined.proxy.id, it]));
  const proxies = touched.map((proxy) => {
    const it = examined.get(proxy.id);
    if (it) return judged(it, elsewhere.get(proxy.id) ?? { base: new Set(), api: new Set() });
    const before = options.arrived.get(proxy.id);
    return (
      before ??
      unreachable(
        proxy,
        examination.unread.find(({ subject }) => subject === proxy.id),
      )
    );
  });
  return {
    proxies: proxies.sort((a, b) => (a.id < b.id ? -1 : 1)),
    untouched: state.proxies.length - ids.size,
    unread: examination.unread,
    notes: examination.notes.filter(({ severity }) => severity !== 'info'),
  };
}

function changes(base: ProxyConfig | undefined, head: ProxyConfig): boolean {
  if (!base) return true;
  return digest(base) !== digest(head) && compareConfigs(head, base).differences.length > 0;
}

function judged({ examined, expected, differences }: Examined, elsewhere: Elsewhere): VerifiedProxy {
  const own = differences.filter((difference) => !elsewhere.base.has(signature(difference)));
  const lacking = lackingOf(expected, own);
  const arrival = arrivalOf(examined, own, elsewhere);
  const { id, type, workloadName: workload } = examined.proxy;
  return { id, type, workload, arrival, state: examined.state, reason: reasonOf(arrival, examined, lacking), lacking };
}

function arrivalOf(examined: Examined['examined'], own: readonly Difference[], { api }: Elsewhere): Arrival {
  if (own.length === 0) return 'arrived';
  if (examined.state === 'rejected') return 'rejected';
  if (own.some((difference) => !api.has(signature(difference)))) return 'not-applied';
  return examined.state === 'synced' ? 'mismatch' : 'lag';
}

function reasonOf(
  arrival: Arrival,
  { state, rejections }: Examined['examined'],
  lacking: VerifiedProxy['lacking'],
): string {
  const what = lackingInWords(lacking);
  const [refused] = rejections;
  switch (arrival) {
    case 'arrived':
    case 'unreachable':
      return '';
    case 'rejected':
      return `Envoy rejects ${refused?.type ?? ''} ${refused?.name || 'updates'}: ${refused?.details || 'it gave no reason'}; ${what}`;
    case 'not-applied':
      return `the API server has not got what Git says: ${what}`;
    case 'mismatch':
      return `in sync with istiod, and holds something else: ${what}`;
    case 'lag':
      return `${lagOf[state] ?? state}: ${what}`;
  }
}

const lagOf: Record<string, string> = {
  stale: 'has not acknowledged what istiod sent',
  disconnected: 'no istiod knows it',
  'not-sent': 'istiod has sent it nothing yet',
  unknown: 'no istiod could be asked about it',
};

function unreachable(proxy: Proxy, why: Diagnostic | undefined): VerifiedProxy {
  const { id, type, workloadName: workload } = proxy;
  const reason = why?.message ?? 'it could not be read';
  return { id, type, workload, arrival: 'unreachable', state: 'unknown', reason, lacking: [] };
}
