import { load, loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { unseenIn } from '../../src/app/clusters/unseen.ts';
import { compareConfigs } from '../../src/compare/index.ts';
import { withoutUnseen } from '../../src/compare/unseen-clusters.ts';
import { compileProxy } from '../../src/compile/index.ts';
import type { Message, ProxyConfig } from '../../src/model/envoy.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Proxy } from '../../src/model/proxy.ts';
import { identityOf } from '../../src/registry/cluster-identity.ts';
import { buildRegistry } from '../../src/registry/index.ts';
import type { Registry, RegistryInput } from '../../src/registry/types.ts';
import { Identities } from '../../src/rules/identities.ts';
import { unresolvedDestination } from '../../src/rules/unresolved-destination.ts';
import { toResource } from '../../src/source/object.ts';
import { objectYaml, sliceYaml } from '../support/clusters.ts';
import { podYaml, proxyOf } from '../support/mesh.ts';

const mtls = { 'security.istio.io/tlsMode': 'istio' };
const service = (name: string, clusterIP: string, metadata: object = {}, more: object = {}) =>
  objectYaml(
    'Service',
    name,
    { clusterIP, ports: [{ name: 'http', port: 80 }], selector: { app: name }, ...more },
    metadata,
  );
const istiod = (id: string) =>
  `---\n${JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'istiod-1', namespace: 'istio-system', labels: { app: 'istiod' } },
    spec: { containers: [{ name: 'discovery', image: 'pilot:1.29.0', env: [{ name: 'CLUSTER_ID', value: id }] }] },
    status: { phase: 'Running' },
  })}\n`;
const pod = (name: string, address: string, cluster: string, network = '') =>
  podYaml(`shop/${name}`, {
    labels: { app: name.split('-')[0]!, ...mtls, ...(network ? { 'topology.istio.io/network': network } : {}) },
    addresses: [address],
    environment: { ISTIO_META_CLUSTER_ID: cluster, ...(network ? { ISTIO_META_NETWORK: network } : {}) },
  });

function cluster(id: string, at: number, options: { istiod?: boolean; network?: string; more?: string } = {}): string {
  const address = (last: number) => `10.${at}.0.${last}`;
  return [
    options.istiod === false ? '' : istiod(id),
    service('web', `10.${at}.1.1`),
    pod('web-1', address(1), id, options.network),
    pod('client-1', address(9), id, options.network),
    sliceYaml('web', { http: 8080 }, { 'web-1': address(1) }),
    options.more ?? '',
  ].join('');
}

const resources = (yaml: string) =>
  (loadAll(yaml) as (JsonObject | null)[]).flatMap((object) => (object ? [toResource(object, 'api')] : []));
const east = resources(cluster('east', 1));
const more = [service('only', '10.2.1.2'), sliceYaml('only', { http: 8080 }, { 'web-1': '10.2.0.1' })].join('');
const west = resources(cluster('west', 2, { istiod: false, more }));
const mesh = (input: Partial<RegistryInput> = {}, mesh: JsonObject = {}): Registry =>
  buildRegistry({
    resources: east,
    istiod: { version: '1.29.0', mesh },
    remotes: [{ clusterId: 'west', resources: west }],
    ...input,
  });
const webHost = 'web.shop.svc.cluster.local';
const endpointsOf = (config: ProxyConfig, name = `outbound|80||${webHost}`) =>
  (config.endpoints.find((it) => it.cluster_name === name)?.['endpoints'] ?? []).flatMap(
    (group: Message) => group['lb_endpoints'],
  );
const addresses = (config: ProxyConfig, name?: string) =>
  endpointsOf(config, name).map((entry: Message) => entry['endpoint'].address.socket_address.address);
const compiled = (registry: Registry) => compileProxy(proxyOf(registry, registry.proxies[0]!.id), registry);

describe('services of several clusters', () => {
  it('are one host with the endpoints of all, each of its own cluster', () => {
    const registry = mesh();
    const found = registry.services.filter(({ hostname }) => hostname === webHost);
    expect(found).toHaveLength(1);
    const [web] = found;
    expect(registry.endpoints(web!, web!.ports[0]!).map((it) => [it.address, it.clusterId])).toEqual([
      ['10.1.0.1', 'east'],
      ['10.2.0.1', 'west'],
    ]);
    expect(addresses(compiled(registry))).toEqual(['10.1.0.1', '10.2.0.1']);
    expect(endpointsOf(compiled(registry))[1].metadata.filter_metadata.istio.workload).toMatch(/;west$/);
  });

  it('are reached at the address of the own cluster; else at that of the one that has it', () => {
    const at = (registry: Registry, name: string) =>
      registry.serviceByHostname(`${name}.shop.svc.cluster.local`)[0]?.addresses;
    expect(at(mesh(), 'web')).toEqual(['10.1.1.1']);
    expect(at(mesh(), 'only')).toEqual(['10.2.1.2']);
    expect(at(mesh({ home: 'west' }), 'web')).toEqual(['10.2.1.1']);
  });

  it('proxies are those of one cluster, with the services of their own pods, and its name in their ids', () => {
    const registry = mesh({ home: 'west', homeName: 'kind@west' });
    expect(registry.proxies.map(({ id, clusterId }) => [id, clusterId])).toEqual([
      ['shop/client-1@kind@west', 'west'],
      ['shop/web-1@kind@west', 'west'],
    ]);
    const targets = registry.serviceTargets(proxyOf(registry, 'shop/web-1@kind@west'));
    expect(targets.map(({ service: it }) => it.name)).toEqual(['web']);
    expect(mesh().proxies.map(({ id }) => id)).toEqual(['shop/client-1', 'shop/web-1']);
  });

  it('a host that is local to its cluster has the endpoints of the own one alone', () => {
    const settings = { serviceSettings: [{ settings: { clusterLocal: true }, hosts: [webHost] }] };
    expect(addresses(compiled(mesh({}, settings)))).toEqual(['10.1.0.1']);
    expect(addresses(compiled(mesh({ home: 'west' }, settings)))).toEqual(['10.2.0.1']);
  });

  it('endpoints of another network are reached by the gateways of their cluster', () => {
    const gateway = objectYaml(
      'Service',
      'istio-system/gateway',
      { type: 'LoadBalancer', clusterIP: '10.2.1.9', ports: [{ name: 'tls', port: 15443 }] },
      { labels: { 'topology.istio.io/network': 'n2' } },
    );
    const balanced = JSON.parse(JSON.stringify(load(gateway.slice(4))));
    balanced.status = { loadBalancer: { ingress: [{ ip: '172.18.0.1' }, { ip: '172.18.0.2' }] } };
    const networked = mesh({
      resources: resources(cluster('east', 1, { network: 'n1' })),
      remotes: [
        {
          clusterId: 'west',
          resources: [...resources(cluster('west', 2, { istiod: false, network: 'n2' })), toResource(balanced, 'api')],
        },
      ],
    });
    const entries = endpointsOf(compiled(networked));
    expect(entries.map((it: Message) => it['endpoint'].address.socket_address)).toEqual([
      { address: '10.1.0.1', port_value: 8080 },
      { address: '172.18.0.1', port_value: 15443 },
      { address: '172.18.0.2', port_value: 15443 },
    ]);
    expect(entries.map((it: Message) => it['load_balancing_weight'])).toEqual([2, 1, 1]);
  });

  it('the id of a cluster is that of its istiod, else of its proxies', () => {
    expect(identityOf(east)).toEqual({ clusterId: 'east', controls: true });
    expect(identityOf(west)).toEqual({ clusterId: 'west', controls: false });
    expect(identityOf([])).toEqual({ clusterId: 'Kubernetes', controls: false });
  });
});

describe('a cluster that istiod reads and that was not read', () => {
  const alone = mesh({ remotes: [] });
  const expected = compiled(alone);
  const live = compiled(mesh());
  const state = (unseenClusters: string[]) => unseenIn({ unseenClusters } as never, alone);

  it('is not drift: its endpoints, hosts, listeners and routes are counted as not compared', () => {
    const comparison = compareConfigs(expected, live);
    expect(comparison.differences.length).toBeGreaterThan(2);
    const result = withoutUnseen(comparison, live, state(['west']));
    expect(result.differences).toEqual([]);
    expect([...result.notCompared.keys()]).toContain('what istiod reads of clusters that were not read (west)');
    const leaves = (it: typeof result) => it.compared.leaves + [...it.notCompared.values()].reduce((a, b) => a + b, 0);
    expect(leaves(result)).toBe(leaves(comparison));
  });

  it('hides nothing of the clusters that were read, and nothing of a cluster that istiod does not read', () => {
    const other = structuredClone(live);
    endpointsOf(other)[0].metadata.filter_metadata.istio.workload = 'other;shop;web;;east';
    const comparison = compareConfigs(expected, other);
    const { differences } = withoutUnseen(comparison, other, state(['west']));
    expect(differences.map(({ live: value }) => value)).toEqual(['other;shop;web;;east']);
    expect(withoutUnseen(comparison, other, state([])).differences).toEqual(comparison.differences);
    expect(withoutUnseen(comparison, other, state(['north'])).differences.length).toBeGreaterThan(1);
  });

  it('may have the hosts and workloads that rules miss', () => {
    const route = { hosts: ['web'], http: [{ route: [{ destination: { host: 'only' } }] }] };
    const more = objectYaml('VirtualService', 'web', route);
    const found = (unseenClusters: string[]) => {
      const registry = mesh({ resources: resources(cluster('east', 1, { more })), remotes: [], unseenClusters });
      const config = (proxy: Proxy) => compileProxy(proxy, registry);
      return unresolvedDestination.find({
        registry,
        proxies: registry.proxies,
        config,
        written: () => undefined,
      } as never);
    };
    expect(found([]).map(({ code, severity }) => [code, severity])).toEqual([['MESH0100', 'error']]);
    expect(found(['west'])).toMatchObject([
      { code: 'MESH0100', severity: 'info', message: expect.stringContaining('unless cluster west') },
    ]);
    const principals = (unseenClusters: string[]) => new Identities(mesh({ remotes: [], unseenClusters }));
    expect(principals([]).mayBe('cluster.local/ns/other/sa/x')).toBe(false);
    expect(principals(['west']).mayBe('cluster.local/ns/other/sa/x')).toBe(true);
  });

  it('an endpoint of the own cluster that is missing stays a difference', () => {
    const other = structuredClone(live);
    for (const it of other.endpoints)
      for (const group of it['endpoints'] ?? [])
        if (it.cluster_name === `outbound|80||${webHost}`) group.lb_endpoints.shift();
    const { differences } = withoutUnseen(compareConfigs(expected, other), other, state(['west']));
    expect(differences).toContainEqual(expect.objectContaining({ type: 'endpoint', expected: '10.1.0.1' }));
  });
});
