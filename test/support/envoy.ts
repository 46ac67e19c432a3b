import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEnvoy } from '../../scripts/envoy.ts';

export interface Envoy {
  adminPort: number;
  stop(): Promise<void>;
}

/**
 * Starts a real Envoy whose admin listens on localhost as a sidecar's does: a static cluster in the bootstrap, and
 * clusters and a listener that come over xDS (from files), so that its dump has static and dynamic parts.
 *
 * @param clusters number of dynamic clusters, each with one endpoint; 600 make a dump of 0.9 MB
 */
export async function startEnvoy(clusters = 5): Promise<Envoy> {
  const binary = findEnvoy();
  const folder = mkdtempSync(join(tmpdir(), 'mesh-envoy-'));
  const file = (name: string, value: object) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const source = (name: string, resources: object[]) => ({
    path_config_source: { path: file(name, { version_info: '1', resources }) },
    resource_api_version: 'V3',
  });
  const bootstrap = {
    node: { id: 'sidecar~10.0.0.1~web.shop~shop.svc.cluster.local', cluster: 'web.shop' },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    static_resources: { clusters: [cluster('static')] },
    dynamic_resources: {
      cds_config: source(
        'cds.json',
        Array.from({ length: clusters }, (_, index) => ({ '@type': clusterType, ...cluster(`dynamic-${index}`) })),
      ),
      lds_config: source('lds.json', [listener('virtualOutbound')]),
    },
  };
  const portFile = join(folder, 'admin');
  const args = ['-c', file('bootstrap.json', bootstrap), '--admin-address-path', portFile, '--concurrency', '1'];
  const child = spawn(binary, [...args, '--use-dynamic-base-id', '--log-level', 'error'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const stop = async () => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) break;
    const adminPort = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8').split(':').at(-1)) : 0;
    if (adminPort > 0 && (await isReady(adminPort))) return { adminPort, stop };
    await sleep(50);
  }
  await stop();
  throw new Error(`Envoy did not start (exit code ${child.exitCode}): ${log.slice(-2000)}`);
}

const clusterType = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';

async function isReady(port: number): Promise<boolean> {
  const reply = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
  return reply?.status === 200;
}

function cluster(name: string): object {
  const address = { socket_address: { address: '127.0.0.1', port_value: 1 } };
  return {
    name,
    type: 'STATIC',
    connect_timeout: '10s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
  };
}

function listener(name: string): object {
  return {
    '@type': 'type.googleapis.com/envoy.config.listener.v3.Listener',
    name,
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.tcp_proxy',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
              stat_prefix: name,
              cluster: 'static',
            },
          },
        ],
      },
    ],
  };
}
