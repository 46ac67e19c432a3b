import { httpConnectionManager } from '../../src/compile/http/connection-manager.ts';
import type { ListenerClass } from '../../src/compile/http/listener-class.ts';
import type { Message } from '../../src/model/envoy.ts';
import type { MeshOptions, PodOptions } from './mesh.ts';
import { meshOf, podYaml, proxyOf } from './mesh.ts';

export interface ManagerOptions extends MeshOptions {
  pod?: PodOptions;
  class?: ListenerClass;
  port?: number;
  honourMetadataExchangeHeaders?: boolean;
}

/** The connection manager of a listener of the pod `shop/client`. */
export function connectionManager(yaml = '', options: ManagerOptions = {}): Message {
  const {
    pod = {},
    class: listenerClass = 'sidecar-outbound',
    port = 80,
    honourMetadataExchangeHeaders = true,
  } = options;
  const labels = { app: 'client', ...pod.labels };
  const registry = meshOf(podYaml('shop/client', { ...pod, labels }) + yaml, options);
  const filter = httpConnectionManager(proxyOf(registry, 'shop/client'), registry, {
    class: listenerClass,
    statPrefix: 'out',
    port,
    protocol: 'HTTP',
    route: { rds: '80' },
    useRemoteAddress: false,
    honourMetadataExchangeHeaders,
  });
  return filter['typed_config'];
}

export function filterNames(manager: Message): string[] {
  return (manager['http_filters'] as Message[]).map((filter) => filter['name'].replace('envoy.filters.http.', ''));
}

/** YAML of a Telemetry. */
export function telemetryYaml(name: string, spec: object, created = '2026-01-01T00:00:00Z'): string {
  const [namespace, own] = name.split('/');
  const metadata = { name: own, namespace, creationTimestamp: created };
  return `---\n${JSON.stringify({ apiVersion: 'telemetry.istio.io/v1', kind: 'Telemetry', metadata, spec })}\n`;
}
