import { compiledMesh } from '../../src/app/check/compiled-mesh.ts';
import { effectiveChanges } from '../../src/app/review/effective-changes.ts';
import { differingRequests } from '../../src/app/review/requests.ts';
import type { Message, ProxyConfig, RouteConfiguration } from '../../src/model/envoy.ts';
import type { ReviewedRequest } from '../../src/model/review.ts';
import type { CompiledMesh } from '../../src/rules/types.ts';
import { inputOf, podYaml } from './mesh.ts';

const input = inputOf(podYaml('edge/gate', { labels: { istio: 'ingress' }, addresses: ['10.0.0.99'], gateway: true }));
const port = 8080;

/** A mesh of one gateway with a route table on port 8080, whatever istiod would have made. */
function meshWith(routes: RouteConfiguration, settings: Message): CompiledMesh {
  const config = configWith({ ...routes, name: 'http.8080' }, settings);
  return { ...compiledMesh(input, () => true), config: () => config };
}

function configWith(routes: RouteConfiguration, settings: Message): ProxyConfig {
  const address = { socket_address: { address: '10.9.9.9', port_value: 80 } };
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    ...settings,
    rds: { route_config_name: routes.name },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  };
  return {
    clusters: ['one', 'two'].map((name) => ({
      name,
      type: 'STATIC',
      load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    })),
    endpoints: [],
    listeners: [
      {
        name: '0.0.0.0_8080',
        address: { socket_address: { address: '0.0.0.0', port_value: port } },
        filter_chains: [
          { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] },
        ],
      },
    ],
    routes: [routes],
  };
}

/** What a review shows of a change of a gateway's routes. */
export function reviewedTable(
  base: RouteConfiguration,
  head: RouteConfiguration,
  settings: Message,
): { meshes: [CompiledMesh, CompiledMesh]; requests: ReviewedRequest[] } {
  const meshes: [CompiledMesh, CompiledMesh] = [meshWith(base, settings), meshWith(head, settings)];
  return { meshes, requests: differingRequests(...meshes, effectiveChanges(...meshes)) };
}
