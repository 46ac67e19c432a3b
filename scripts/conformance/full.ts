import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareConfigs } from '../../src/compare/index.ts';
import { readValue } from '../../src/compile/envoyfilter/value.ts';
import { readCapture } from '../../src/io/capture.ts';
import { type Message, type ProxyConfig, type ResourceType, typeUrl } from '../../src/model/envoy.ts';
import { anyMessage, fieldsOf } from '../../src/model/envoy-api/index.ts';
import { isObject, type JsonObject } from '../../src/model/json.ts';
import type { Resource } from '../../src/model/resource.ts';
import { toResource } from '../../src/source/object.ts';
import { type ProxyResult, resourceTypes } from './measure.ts';
import type { Compiler } from './parts.ts';
import type { Recording } from './recordings.ts';

/**
 * As `measure`, for what istiod with all of its own filters on says it sends (`full/` beside `capture/`): the capture's
 * istiod had them off by its environment and mesh config, which is undone here before compiling. The dumps are of other
 * pods of the same workloads, in istiod's JSON.
 */
export async function measureFull(compiler: Compiler, recording: Recording): Promise<ProxyResult[]> {
  const root = join(recording.directory, 'full');
  if (!existsSync(root)) return [];
  const capture = await readCapture(join(recording.directory, 'capture'));
  const istiod = capture.istiods[0];
  const metrics = { defaultProviders: { metrics: ['prometheus'] } };
  const registry = compiler.buildRegistry({
    resources: capture.resources.map(withFiltersOn),
    istiod: istiod && { ...istiod, mesh: { ...istiod.mesh, ...metrics } },
  });
  const results: ProxyResult[] = [];
  for (const namespace of readdirSync(root))
    for (const pod of readdirSync(join(root, namespace))) {
      const workload = pod.replace(/-[^-]+-[^-]+$/, '');
      const proxy = registry.proxies.find((item) => item.namespace === namespace && item.workloadName === workload);
      if (!proxy) continue;
      const dump = JSON.parse(readFileSync(join(root, namespace, pod, 'config_dump.json'), 'utf8'));
      const sent = readDump(dump);
      const { config, errors } = compiler.compile(proxy, registry);
      const compare = (type: ResourceType) => compareConfigs(config, sent, type === 'endpoint' ? [] : [type]);
      const [cluster, endpoint, listener, route] = resourceTypes.map(compare) as [never, never, never, never];
      const byType = { cluster, endpoint, listener, route };
      results.push({ recording: `${recording.name} full`, proxy: proxy.id, sync: 'synced', byType, errors });
    }
  return results;
}

const off = ['PILOT_ENABLE_ALPN_FILTER', 'PILOT_ENABLE_METADATA_EXCHANGE'];

/** Takes the variables away from istiod's pod that turn its filters off. */
function withFiltersOn(resource: Resource): Resource {
  if (resource.kind !== 'Pod' || resource.metadata.labels['app'] !== 'istiod') return resource;
  const object = structuredClone(resource.object);
  for (const container of (object['spec'] as JsonObject)['containers'] as JsonObject[])
    if (Array.isArray(container['env']))
      container['env'] = container['env'].filter((item) => !isObject(item) || !off.includes(String(item['name'])));
  return toResource(object, 'api');
}

/** Reads istiod's dump: the resources as they are sent, in proto3 JSON's own names. */
function readDump(dump: { configs: Message[] }): ProxyConfig {
  const section = (name: string) => dump.configs.find((item) => String(item['@type']).endsWith(`.${name}`)) ?? {};
  const read = <T extends Message>(
    list: Message[] | undefined,
    type: ResourceType,
    resource: (item: Message) => Message,
  ) =>
    (list ?? []).map((item) => unknownToSnake(readValue(resource(item), anyMessage(typeUrl[type]) ?? ''), false) as T);
  return {
    clusters: read(section('ClustersConfigDump')['dynamicActiveClusters'], 'cluster', (item) => item['cluster']),
    endpoints: [],
    listeners: read(
      section('ListenersConfigDump')['dynamicListeners'],
      'listener',
      (item) => item['activeState'].listener,
    ),
    routes: read(section('RoutesConfigDump')['dynamicRouteConfigs'], 'route', (item) => item['routeConfig']),
  };
}

/** Contents of Anys that the schema does not know are still in camelCase. */
function unknownToSnake(value: unknown, inside: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => unknownToSnake(item, inside));
  if (!isObject(value)) return value;
  const type = value['@type'];
  const unknown = typeof type === 'string' ? !fieldsOf(anyMessage(type) ?? '') : inside;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [unknown ? snake(key) : key, unknownToSnake(item, unknown)]));
}

function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
