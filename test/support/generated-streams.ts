import { objectYaml, sliceYaml } from './clusters.ts';
import { podYaml } from './mesh.ts';
import type { Dice } from './route-requests.ts';

/** Objects by their name, as YAML; a change replaces some. */
export type Streams = ReadonlyMap<string, string>;

const sidecar = { 'security.istio.io/tlsMode': 'istio' };
const services = {
  db: { clusterIP: '10.1.0.2', port: 3306, name: 'tcp', pods: { 'db-v1': '10.0.1.1', 'db-v2': '10.0.1.2' } },
  cache: { clusterIP: '10.1.0.3', port: 3306, name: 'tcp', pods: { 'cache-v1': '10.0.1.3' } },
  safe: { clusterIP: '10.1.0.4', port: 443, name: 'tls', pods: { 'safe-v1': '10.0.1.4' } },
  vault: { clusterIP: '10.1.0.5', port: 443, name: 'tls', pods: { 'vault-v1': '10.0.1.5' } },
} as const;

/** A client with a sidecar, a gateway, and services of TCP and TLS: some pods have a sidecar, some have not. */
export const meshOfStreams = [
  podYaml('shop/client', { labels: { app: 'client', ...sidecar }, addresses: ['10.0.0.1'], serviceAccount: 'client' }),
  podYaml('edge/gate', {
    labels: { istio: 'ingress' },
    addresses: ['10.0.0.99'],
    gateway: true,
    serviceAccount: 'gate',
  }),
  ...Object.entries(services).flatMap(([name, { clusterIP, port, name: portName, pods }]) => [
    objectYaml('Service', name, { clusterIP, selector: { app: name }, ports: [{ name: portName, port }] }),
    ...Object.entries(pods).map(([id, address]) => {
      const labels = { app: name, version: id.slice(-2), ...(name === 'cache' ? sidecar : {}) };
      return podYaml(`shop/${id}`, { labels, addresses: [address], serviceAccount: name });
    }),
    sliceYaml(name, { [portName]: port }, pods),
  ]),
].join('');

const makers: Record<string, (dice: Dice) => string> = {
  subsets: (dice) =>
    objectYaml('DestinationRule', 'subsets', {
      host: 'db',
      subsets: dice.pick([['v1'], ['v2'], ['v1', 'v2']]).map((version) => ({ name: version, labels: { version } })),
      ...(dice.chance(0.3) ? { trafficPolicy: { tls: { mode: dice.pick(['DISABLE', 'ISTIO_MUTUAL']) } } } : {}),
    }),
  tcp: (dice) =>
    objectYaml('VirtualService', 'tcp', {
      hosts: ['db'],
      tcp: [
        ...(dice.chance(0.4)
          ? [{ match: [{ destinationSubnets: [dice.pick(['10.1.0.2/32', '10.1.0.0/24'])] }], route: [bytes(dice)] }]
          : []),
        { route: [bytes(dice)] },
      ],
    }),
  tls: (dice) =>
    objectYaml('VirtualService', 'tls', {
      hosts: ['safe.shop.svc.cluster.local', 'ext.example', '*.wild.example'],
      tls: some(dice, ['safe.shop.svc.cluster.local', 'ext.example', '*.wild.example', 'a.wild.example']).map(
        (name) => ({
          match: [{ port: 443, sniHosts: [name] }],
          route: [secure(dice)],
        }),
      ),
    }),
  entry: (dice) =>
    objectYaml('ServiceEntry', 'entry', {
      hosts: ['ext.example', '*.wild.example'],
      location: 'MESH_EXTERNAL',
      ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
      resolution: 'STATIC',
      endpoints: [{ address: dice.pick(['10.0.1.4', '10.0.1.5']) }],
    }),
  gateway: (dice) =>
    objectYaml('Gateway', 'gateway', {
      selector: { istio: 'ingress' },
      servers: [
        {
          port: { number: 8443, name: 'tls', protocol: 'TLS' },
          tls: { mode: 'PASSTHROUGH' },
          hosts: some(dice, ['a.example', '*.b.example', 'c.example']),
        },
        ...(dice.chance(0.6) ? [{ port: { number: 9000, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] }] : []),
      ],
    }),
  entrance: (dice) =>
    objectYaml('VirtualService', 'entrance', {
      hosts: ['*'],
      gateways: ['gateway'],
      tls: some(dice, ['a.example', '*.b.example', 'x.b.example']).map((name) => ({
        match: [{ port: 8443, sniHosts: [name] }],
        route: [secure(dice)],
      })),
      tcp: [{ match: [{ port: 9000 }], route: [bytes(dice)] }],
    }),
};

function some(dice: Dice, list: readonly string[]): string[] {
  const found = list.filter(() => dice.chance(0.6));
  return found.length > 0 ? found : [dice.pick(list)];
}

function bytes(dice: Dice): object {
  const to = dice.pick([{ host: 'db' }, { host: 'db', subset: 'v1' }, { host: 'db', subset: 'v2' }, { host: 'cache' }]);
  return { destination: { ...to, port: { number: 3306 } } };
}

function secure(dice: Dice): object {
  return { destination: { host: dice.pick(['safe', 'vault', 'nowhere']), port: { number: 443 } } };
}

/** Routes of TCP and TLS, on a sidecar and on a gateway. */
export function generatedStreams(dice: Dice): Streams {
  return new Map(
    Object.entries(makers).flatMap(([name, make]) => (dice.chance(0.8) ? [[name, make(dice)] as const] : [])),
  );
}

/** The objects after one or two edits: one is written anew, comes or goes. */
export function changedStreams(streams: Streams, dice: Dice): Streams {
  const copy = new Map(streams);
  for (let count = dice.pick([1, 1, 2]); count > 0; count--) {
    const name = dice.pick(Object.keys(makers));
    if (copy.has(name) && dice.chance(0.25)) copy.delete(name);
    else copy.set(name, makers[name]?.(dice) ?? '');
  }
  return copy;
}
