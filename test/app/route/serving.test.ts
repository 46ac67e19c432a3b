import { describe, expect, it } from 'vitest';
import { serving, supplied } from '../../../src/app/route/serving.ts';
import { emptyLiveProxy } from '../../../src/decode/index.ts';
import { endpointsOf } from '../../../src/explain/cluster.ts';
import type { Cluster, ClusterLoadAssignment, Listener } from '../../../src/model/envoy.ts';

function endpoint(address: string) {
  return { endpoint: { address: { socket_address: { address, port_value: 80 } } } };
}

function assignment(cluster: string, ...addresses: string[]): ClusterLoadAssignment {
  return { cluster_name: cluster, endpoints: [{ lb_endpoints: addresses.map(endpoint) }] } as ClusterLoadAssignment;
}

function listener(name: string, secret?: string): Listener {
  const config = { common_tls_context: { tls_certificate_sds_secret_configs: [{ name: secret }] } };
  return { name, filter_chains: [secret ? { transport_socket: { typed_config: config } } : {}] } as Listener;
}

const eds: Cluster = { name: 'eds', type: 'EDS' };
const dns: Cluster = { name: 'dns', type: 'STRICT_DNS', load_assignment: assignment('dns', 'db.example') };

function live(...endpoints: ClusterLoadAssignment[]) {
  const proxy = emptyLiveProxy();
  proxy.config = { clusters: [eds, dns], endpoints, listeners: [listener('80'), listener('443')], routes: [] };
  return proxy;
}

const addresses = (config: ReturnType<typeof serving>, cluster: Cluster): string[] =>
  endpointsOf(config, cluster)
    .filter((it) => it.used)
    .map((it) => it.address);

describe('what a live proxy serves', () => {
  it('has no listener that waits', () => {
    const proxy = { ...live(), waitingListeners: ['443'] };
    expect(serving(proxy).listeners.map(({ name }) => name)).toEqual(['80']);
  });

  it('sends to the addresses that a name has now, and to none where it has none', () => {
    expect(addresses(serving(live(assignment('dns', '10.0.0.1', '10.0.0.2'))), dns)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(addresses(serving(live(assignment('dns'))), dns)).toEqual([]);
    expect(addresses(serving(live()), dns)).toEqual(['db.example']);
  });

  it('sends nothing to a host that is ejected', () => {
    const host = (address: string, ejected: boolean) => ({
      ...endpoint(address).endpoint,
      health_status: { eds_health_status: 'HEALTHY', ...(ejected ? { failed_outlier_check: true } : {}) },
    });
    const hosts = [host('10.0.0.1', true), host('10.0.0.2', false), host('10.0.0.3', false)];
    const clusters = { cluster_statuses: [{ name: 'eds', host_statuses: hosts }] };
    const proxy = live(assignment('eds', '10.0.0.1', '10.0.0.2', '10.0.0.3'));
    expect(addresses(serving(proxy, clusters), eds)).toEqual(['10.0.0.2', '10.0.0.3']);
    expect(addresses(serving(proxy), eds)).toHaveLength(3);
  });
});

describe('compiled listeners whose Secret is missing', () => {
  it.each([
    ['it waits in the live proxy', 'kubernetes://lost', ['443'], []],
    ['it serves in the live proxy', 'kubernetes://lost', [], ['443']],
    ["it shows the workload's certificate", 'default', ['443'], ['443']],
    ['it waits for routes', undefined, ['443'], ['443']],
  ])('%s', (_, secret, waitingListeners, serves) => {
    const config = { clusters: [], endpoints: [], listeners: [listener('443', secret)], routes: [] };
    const found = supplied(config, { waitingListeners, waitingSecrets: ['kubernetes://lost'] });
    expect(found.listeners.map(({ name }) => name)).toEqual(serves);
    expect([...(found.missingSecrets ?? [])]).toEqual(['kubernetes://lost']);
  });
});
