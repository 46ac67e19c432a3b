import type { JsonObject } from '../../../model/json.ts';
import type { Proxy } from '../../../model/proxy.ts';
import { parseProtocol } from '../../../registry/protocol.ts';
import type { Protocol, Registry, SidecarScope } from '../../../registry/types.ts';
import type { ServerTls } from '../../security/downstream-tls.ts';
import { canBind, unicastOrWildcards, wildcards } from '../bind.ts';
import type { ChainConfig } from './chain-config.ts';
import { ingressPort } from './chain-config.ts';

/**
 * The chains of a workload's own ports, ascending: those of its Services, or those of its Sidecar's `ingress` in their
 * place (istiod's `buildInboundChainConfigs`). Without interception only an `ingress` says what to listen on.
 */
export function workloadPorts(proxy: Proxy, registry: Registry): ChainConfig[] {
  const scope = registry.sidecarScope(proxy);
  const chains = new Map<number, ChainConfig>();
  const add = (chain: ChainConfig): void => {
    if (!chains.has(chain.targetPort)) chains.set(chain.targetPort, chain);
  };
  if (scope.ingress.length === 0) {
    if (proxy.interceptionMode === 'NONE') return [];
    for (const chain of servicePorts(proxy, registry, new Set())) add(chain);
  } else {
    const declared = new Set(scope.ingress.map((ingress) => Number(ingressPort(ingress).number)));
    if (registry.environment.flag('PILOT_ALLOW_SIDECAR_SERVICE_INBOUND_LISTENER_MERGE', false))
      for (const chain of servicePorts(proxy, registry, declared)) add(chain);
    for (const ingress of scope.ingress) {
      const chain = ingressChain(ingress, proxy, registry, scope);
      if (chain) add(chain);
    }
  }
  return [...chains.values()].sort((a, b) => a.targetPort - b.targetPort);
}

/** Where several Services claim a port, the oldest decides. */
function servicePorts(proxy: Proxy, registry: Registry, except: ReadonlySet<number>): ChainConfig[] {
  const bind = wildcards(proxy);
  const bindsToPort = proxy.interceptionMode === 'NONE';
  return registry
    .serviceTargets(proxy)
    .filter(
      ({ targetPort, port }) =>
        !except.has(targetPort) &&
        canBind(proxy, { registry, bindsToPort, bind: bind[0] ?? '', port: targetPort, protocol: port.protocol }),
    )
    .map(({ service, port, targetPort }) => ({
      cluster: `inbound|${targetPort}||`,
      targetPort,
      port: port.port,
      portName: port.name,
      protocol: port.protocol,
      bind,
      bindsToPort,
      passthrough: false,
      hostname: service.hostname,
      service,
      source: port.config,
    }));
}

function ingressChain(
  ingress: JsonObject,
  proxy: Proxy,
  registry: Registry,
  scope: SidecarScope,
): ChainConfig | undefined {
  const declared = ingressPort(ingress);
  const port = Number(declared.number ?? 0);
  const protocol = parseProtocol(declared.protocol ?? '');
  const bind = typeof ingress['bind'] === 'string' ? ingress['bind'] : '';
  const bindsToPort = capturesNothing(ingress['captureMode'], proxy);
  if (!canBind(proxy, { bindsToPort, bind, port, protocol })) return undefined;
  const tls = registry.environment.flag('ENABLE_TLS_ON_SIDECAR_INGRESS', false)
    ? (ingress['tls'] as ServerTls | undefined)
    : undefined;
  const { name = '', namespace = '' } = scope.sidecar?.metadata ?? {};
  return {
    cluster: `inbound|${port}||`,
    targetPort: port,
    port,
    portName: declared.name ?? '',
    protocol: tls ? terminated(protocol) : protocol,
    bind: bind === '' ? unicastOrWildcards(proxy) : [bind],
    bindsToPort,
    passthrough: false,
    hostname: `${name}.${namespace}`,
    ...(tls ? { tls } : {}),
    ...(scope.sidecar ? { sidecar: scope.sidecar } : {}),
    source: ingress,
  };
}

/** Whether a listener must bind its port itself (istiod's `getBindToPort`). */
function capturesNothing(mode: unknown, proxy: Proxy): boolean {
  return mode === 'NONE' || ((mode ?? 'DEFAULT') === 'DEFAULT' && proxy.interceptionMode === 'NONE');
}

/** What is left of a protocol when TLS has been terminated. */
function terminated(protocol: Protocol): Protocol {
  if (protocol === 'HTTPS') return 'HTTP';
  return protocol === 'TLS' ? 'TCP' : protocol;
}
