import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvoy } from '../../scripts/envoy.ts';
import type { FilterChain, Listener, Message } from '../../src/model/envoy.ts';
import { listenerPorts } from './route-envoy.ts';

export interface ListenerEnvoy {
  /** Ports by the names of listeners. */
  ports: Map<string, number>;
  stop(): Promise<void>;
}

/**
 * Starts a real Envoy with the listeners, each behind a PROXY header. Every chain answers with its name and closes.
 *
 * @throws Error with Envoy's words where it does not start
 */
export async function startListenerEnvoy(listeners: readonly Listener[]): Promise<ListenerEnvoy> {
  const folder = mkdtempSync(join(tmpdir(), 'mesh-listeners-'));
  const bootstrap = {
    node: { id: 'test', cluster: 'test' },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    static_resources: { listeners: listeners.map(answering) },
  };
  const file = join(folder, 'bootstrap.json');
  writeFileSync(file, JSON.stringify(bootstrap));
  const portFile = join(folder, 'admin');
  const args = ['-c', file, '--admin-address-path', portFile, '--concurrency', '1', '--use-dynamic-base-id'];
  const child = spawn(findEnvoy(), [...args, '--log-level', 'error'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  const ports = await listenerPorts(portFile, () => child.exitCode !== null);
  if (ports) return { ports, stop };
  await stop();
  throw new Error(`Envoy did not start: ${errors.slice(-3000)}`);
}

function answering(listener: Listener): Message {
  const named = (chain: FilterChain): Message => ({
    ...chain,
    filters: [
      {
        name: 'envoy.filters.network.direct_response',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.network.direct_response.v3.Config',
          response: { inline_string: chain.name },
        },
      },
    ],
  });
  const filter = (name: string, type: string): Message => ({
    name,
    typed_config: { '@type': `type.googleapis.com/envoy.extensions.filters.listener.${type}` },
  });
  const inspectors = (listener['listener_filters'] as Message[]).map(({ name }) =>
    String(name).endsWith('tls_inspector')
      ? filter(name, 'tls_inspector.v3.TlsInspector')
      : filter(name, 'http_inspector.v3.HttpInspector'),
  );
  return {
    ...listener,
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    listener_filters: [
      filter('envoy.filters.listener.proxy_protocol', 'proxy_protocol.v3.ProxyProtocol'),
      ...inspectors,
    ],
    filter_chains: (listener.filter_chains ?? []).map(named),
    ...(listener.default_filter_chain ? { default_filter_chain: named(listener.default_filter_chain) } : {}),
    listener_filters_timeout: '0.2s',
    continue_on_listener_filters_timeout: true,
  };
}
