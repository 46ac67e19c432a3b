import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { derive, deriveField, inherit } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { accessLogService, meshFileLog, providerLog } from './access-log-provider.ts';
import type { ListenerClass } from './listener-class.ts';
import { accessLogging } from './logging.ts';
import { perProxy } from './per-proxy.ts';
import { extensionProvider } from './telemetry.ts';
import { any } from './typed-config.ts';

/**
 * Access logs of an HTTP connection manager (istiod's `setHTTPAccessLog`).
 *
 * @returns the value of `access_log`; empty where nothing is logged
 */
export function httpAccessLog(proxy: Proxy, registry: Registry, listenerClass: ListenerClass): Message[] {
  return perProxy(proxy, registry, `access log http ${listenerClass}`, () =>
    accessLog(proxy, registry, listenerClass, () => accessLogService('http', 'http_envoy_accesslog')),
  );
}

/** Access logs of a TCP proxy (`setTCPAccessLog`). */
export function tcpAccessLog(proxy: Proxy, registry: Registry, listenerClass: ListenerClass): Message[] {
  return perProxy(proxy, registry, `access log tcp ${listenerClass}`, () =>
    accessLog(proxy, registry, listenerClass, () => accessLogService('tcp', 'tcp_envoy_accesslog')),
  );
}

/**
 * Access logs of a listener itself (`setListenerAccessLog`): only of connections that no filter chain took (`NR`), which
 * no filter could log.
 */
export function listenerAccessLog(proxy: Proxy, registry: Registry, listenerClass: ListenerClass): Message[] {
  if (registry.mesh['disableEnvoyListenerLog'] === true) return [];
  const service = () => accessLogService('tcp', 'listener_envoy_accesslog');
  return accessLog(proxy, registry, listenerClass, service, { response_flag_filter: { flags: ['NR'] } });
}

/** Access logs of the TCP proxy that opens an HBONE tunnel (`setHboneOriginationAccessLog`): only of tunnels that failed (`UF`). */
export function tunnelAccessLog(proxy: Proxy, registry: Registry, listenerClass: ListenerClass): Message[] {
  return accessLog(proxy, registry, listenerClass, undefined, { response_flag_filter: { flags: ['UF'] } });
}

function accessLog(
  proxy: Proxy,
  registry: Registry,
  listenerClass: ListenerClass,
  service?: () => Message,
  filter?: Message,
): Message[] {
  const configured = accessLogging(proxy, registry, listenerClass).flatMap(([name, spec]) => {
    const provider = extensionProvider(registry, name);
    const log = provider && providerLog(registry, provider);
    return log ? [{ log, spec }] : [];
  });
  // Where no provider is usable the mesh's own settings count, even if a Telemetry was written.
  if (configured.length === 0) return meshAccessLog(registry, service, filter);
  return configured
    .filter(({ spec }) => !spec.disabled)
    .map(({ log, spec }) => {
      const filters = [...(filter ? [filter] : []), ...(spec.filter ? [expressionFilter(spec.filter)] : [])];
      const message: Message = inherit({ ...log }, log);
      if (filters.length === 1) message['filter'] = filters[0];
      if (filters.length > 1) message['filter'] = { and_filter: { filters } };
      return deriveField(message, 'name', ...spec.sources);
    });
}

/** The logs of `accessLogFile` and `enableEnvoyAccessLogService`. */
function meshAccessLog(registry: Registry, service?: () => Message, filter?: Message): Message[] {
  const { mesh } = registry;
  const logs: Message[] = [];
  const path = mesh['accessLogFile'];
  if (typeof path === 'string' && path !== '') logs.push(meshFileLog(registry, path));
  if (service && mesh['enableEnvoyAccessLogService'] === true)
    logs.push(derive(service(), [mesh, 'enableEnvoyAccessLogService']));
  return logs.map((log) => (filter ? inherit({ ...log, filter }, log) : log));
}

function expressionFilter(filter: JsonObject): Message {
  const expression = String(filter['expression'] ?? '');
  return derive(
    {
      extension_filter: {
        name: 'envoy.access_loggers.extension_filters.cel',
        typed_config: any('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', { expression }),
      },
    },
    [filter, 'expression'],
  );
}
