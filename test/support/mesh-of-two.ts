import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadAll } from 'js-yaml';
import { toConfigDump } from '../../src/app/config-dump.ts';
import { compileProxy } from '../../src/compile/index.ts';
import type { ProxyConfig } from '../../src/model/envoy.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { buildRegistry } from '../../src/registry/index.ts';
import { toResource } from '../../src/source/object.ts';
import { objectYaml, sliceYaml } from './clusters.ts';
import { podYaml } from './mesh.ts';

const mesh: JsonObject = { rootNamespace: 'istio-system', trustDomain: 'cluster.local' };
const version = '1.29.0';

/** Settings of one of the clusters `east` and `west`. */
export interface MemberOptions {
  /** Whether it has an istiod of its own. */
  istiod?: boolean;
  /** Clusters that its istiod reads; undefined: it does not tell. */
  reads?: string[];
  /** More objects, as YAML. */
  more?: string;
}

const istiodPod = (id: string): string =>
  `---\n${JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'istiod-1', namespace: 'istio-system', labels: { app: 'istiod' } },
    spec: { containers: [{ name: 'discovery', image: `pilot:${version}`, env: [{ name: 'CLUSTER_ID', value: id }] }] },
    status: { phase: 'Running' },
  })}\n`;

/** The objects of a cluster: a Service `web` with a pod, and a `client`; addresses begin with `10.<at>.`. */
function objectsOf(id: string, at: number, { istiod = true, more = '' }: MemberOptions): JsonObject[] {
  const pod = (name: string, address: string): string =>
    podYaml(`shop/${name}-${id}`, {
      labels: { app: name, 'security.istio.io/tlsMode': 'istio' },
      addresses: [address],
      environment: { ISTIO_META_CLUSTER_ID: id },
    });
  const namespaces = ['shop', 'istio-system'].map(
    (name) => `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })}\n`,
  );
  const web = { clusterIP: `10.${at}.1.1`, ports: [{ name: 'http', port: 80 }], selector: { app: 'web' } };
  const yaml = [
    ...namespaces,
    istiod ? istiodPod(id) : '',
    objectYaml('Service', 'web', web),
    pod('web', `10.${at}.0.1`),
    pod('client', `10.${at}.0.9`),
    sliceYaml('web', { http: 8080 }, { [`web-${id}`]: `10.${at}.0.1` }),
    more,
  ].join('');
  return (loadAll(yaml) as (JsonObject | null)[]).filter((it) => it !== null);
}

/**
 * Writes a capture of a mesh of the clusters `east` and `west`, whose proxies hold what their istiods send.
 *
 * @param change alters what the proxies of `west` hold
 */
export function captureOfTwo(
  east: MemberOptions,
  west: MemberOptions,
  change: (config: ProxyConfig) => void = () => undefined,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'mesh-of-two-'));
  const write = (file: string, value: unknown): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), JSON.stringify(value));
  };
  const objects = { east: objectsOf('east', 1, east), west: objectsOf('west', 2, west) };
  const resources = (id: 'east' | 'west') => objects[id].map((object) => toResource(structuredClone(object), 'api'));
  const takenAt = '2026-11-21T12:00:00Z';
  const clusters = ['east', 'west'].map((name) => ({ name, folder: name, origin: name }));
  write('capture.json', { format: 'mesh-capture/v2', takenAt, clusters });
  for (const [id, other] of [
    ['east', 'west'],
    ['west', 'east'],
  ] as const) {
    const options = { east, west }[id];
    const config = options.istiod === false ? other : id;
    const registry = buildRegistry({
      resources: resources(config),
      istiod: { mesh, version },
      remotes: [{ clusterId: config === id ? other : id, resources: resources(config === id ? other : id) }],
      home: id,
    });
    write(`clusters/${id}/capture.json`, { format: 'mesh-capture/v1', takenAt });
    for (const [kind, items] of Map.groupBy(objects[id], (it) => String(it['kind'])))
      write(`clusters/${id}/resources/${kind.toLowerCase()}s.json`, { items });
    mkdirSync(join(folder, `clusters/${id}/istiod`));
    for (const proxy of registry.proxies) {
      const held = structuredClone(compileProxy(proxy, registry));
      if (id === 'west') change(held);
      write(`clusters/${id}/proxies/${proxy.id}/config_dump.json`, toConfigDump(held));
    }
    if (options.istiod === false) continue;
    const served = [id, ...({ east, west }[other].istiod === false ? [other] : [])];
    const syncz = served.flatMap((cluster) => ['client', 'web'].map((name) => syncRow(`${name}-${cluster}`, cluster)));
    const answers = {
      syncz,
      mesh,
      version: { version },
      ...(options.reads ? { clusterz: options.reads.map((it) => ({ id: it })) } : {}),
    };
    for (const [name, value] of Object.entries(answers)) write(`clusters/${id}/istiod/istiod-1/${name}.json`, value);
  }
  return folder;
}

function syncRow(pod: string, cluster: string): JsonObject {
  const fields = ['cluster', 'listener', 'endpoint', 'route'].flatMap((type) => [
    [`${type}_sent`, 'a'],
    [`${type}_acked`, 'a'],
  ]);
  return { proxy: `${pod}.shop`, cluster_id: cluster, istio_version: version, ...Object.fromEntries(fields) };
}
