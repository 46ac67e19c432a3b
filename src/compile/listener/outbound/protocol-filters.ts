import type { Filter } from '../../../model/envoy.ts';
import type { Protocol, Registry } from '../../../registry/types.ts';
import { extension } from '../../http/typed-config.ts';

/** The filters that a database's protocol adds before the TCP proxy, or puts in its place (`buildNetworkFiltersStack`). */
export function protocolFilters(
  protocol: Protocol,
  registry: Registry,
  tcpProxy: Filter,
  statPrefix: string,
  cluster: string,
): Filter[] {
  const { environment } = registry;
  if (protocol === 'Mongo' && environment.flag('PILOT_ENABLE_MONGO_FILTER', true))
    return [
      extension('envoy.filters.network.mongo_proxy', 'envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy', {
        stat_prefix: statPrefix,
      }),
      tcpProxy,
    ];
  if (protocol === 'MySQL' && environment.flag('PILOT_ENABLE_MYSQL_FILTER', false))
    return [
      extension('envoy.filters.network.mysql_proxy', 'envoy.extensions.filters.network.mysql_proxy.v3.MySQLProxy', {
        stat_prefix: statPrefix,
      }),
      tcpProxy,
    ];
  if (protocol === 'Redis' && environment.flag('PILOT_ENABLE_REDIS_FILTER', false))
    return [
      extension('envoy.filters.network.redis_proxy', 'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy', {
        stat_prefix: statPrefix,
        latency_in_micros: true,
        settings: { op_timeout: '5s' },
        prefix_routes: { catch_all_route: { cluster } },
      }),
    ];
  return [tcpProxy];
}
