import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/explain/tcp/connection.ts';
import { findFilterChain } from '../../src/explain/tcp/filter-chain.ts';
import type { Listener, Message } from '../../src/model/envoy.ts';
import { clientHello } from '../support/client-hello.ts';
import { type ListenerEnvoy, startListenerEnvoy } from '../support/listener-envoy.ts';
import { Dice } from '../support/route-requests.ts';

const dice = new Dice(Number(process.env['MESH_SEED'] ?? 20261121));
const listeners = 40;
const connections = 2000;
const names = ['shop.example', '*.shop.example', '*.example', 'a.eu.shop.example', '*.eu.shop.example'];
const snis = [
  'shop.example',
  'a.shop.example',
  'A.EU.shop.example',
  'b.eu.shop.example',
  'example',
  'other',
  undefined,
];
const protocols = ['istio', 'istio-http/1.1', 'h2', 'http/1.1', 'h2c'];
// Not 0.0.0.0/0: with chains of no range beside it Envoy keeps two entries of one prefix, and which wins is not said.
const ranges = ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32', '127.0.0.0/8', '2001:db8::/32'];
const addresses = ['10.1.2.3', '10.1.9.9', '10.9.9.9', '127.0.0.1', '127.0.0.6', '192.0.2.1'];
const ports = [80, 443, 8080];

/** Each criterion is asked for by some chains only. */
function generatedMatch(): Message {
  const range = () => {
    const [prefix, length] = dice.pick(ranges).split('/');
    return { address_prefix: prefix, prefix_len: Number(length) };
  };
  const some = (chance: number, field: Message): Message => (dice.chance(chance) ? field : {});
  return {
    ...some(0.3, { destination_port: dice.pick(ports) }),
    ...some(0.3, { prefix_ranges: [range()] }),
    ...some(0.4, { server_names: [dice.pick(names)] }),
    ...some(0.4, { transport_protocol: dice.pick(['tls', 'raw_buffer']) }),
    ...some(0.4, { application_protocols: [dice.pick(protocols)] }),
    ...some(0.15, { direct_source_prefix_ranges: [{ address_prefix: '127.0.0.1', prefix_len: dice.pick([8, 32]) }] }),
    ...some(0.3, { source_type: dice.pick(['SAME_IP_OR_LOOPBACK', 'EXTERNAL']) }),
    ...some(0.3, { source_prefix_ranges: [range()] }),
    ...some(0.2, { source_ports: [dice.pick([4000, 4001])] }),
  };
}

function generatedListener(index: number): Listener {
  const matches = new Map(
    Array.from({ length: 1 + Math.floor(dice.next() * 7) }, generatedMatch).map((it) => [JSON.stringify(it), it]),
  );
  return {
    name: `listener-${index}`,
    listener_filters: ['tls_inspector', 'http_inspector'].flatMap((name) =>
      dice.chance(0.85) ? [{ name: `envoy.filters.listener.${name}` }] : [],
    ),
    filter_chains: [...matches.values()].map((match, chain) => ({ name: `chain-${chain}`, filter_chain_match: match })),
    ...(dice.chance(0.3) ? { default_filter_chain: { name: 'default' } } : {}),
  };
}

function generatedConnection(): Connection {
  const common = {
    destinationIp: dice.pick(addresses),
    destinationPort: dice.pick(ports),
    sourceIp: dice.pick(addresses),
    directSourceIp: '127.0.0.1',
    sourcePort: dice.pick([4000, 4001, 5000]),
  };
  if (dice.chance(0.6)) {
    const alpn = protocols.filter((it) => it !== 'h2c' && dice.chance(0.4));
    return { ...common, tls: { sni: dice.pick(snis), alpn, mutual: false, ofApplication: true } };
  }
  const http = dice.pick([undefined, 'http/1.1', 'h2c'] as const);
  return http === undefined ? common : { ...common, http };
}

/** The first bytes of a connection, behind a PROXY header that says where it comes from and goes to. */
function bytesOf({ sourceIp, destinationIp, sourcePort, destinationPort, tls, http }: Connection): Buffer {
  const proxy = Buffer.from(`PROXY TCP4 ${sourceIp} ${destinationIp} ${sourcePort} ${destinationPort}\r\n`);
  if (tls) return Buffer.concat([proxy, clientHello(tls.sni, tls.alpn)]);
  const text = { 'http/1.1': 'GET / HTTP/1.1\r\nhost: a\r\n\r\n', h2c: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' };
  return Buffer.concat([proxy, Buffer.from(http ? text[http] : 'bytes of another protocol\n')]);
}

/** What the server says first: the name of the chain that took the connection; nothing where none did. */
function send(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

describe('filter chains and a real Envoy', () => {
  const tested = Array.from({ length: listeners }, (_, index) => generatedListener(index));
  let envoy: ListenerEnvoy;

  beforeAll(async () => {
    envoy = await startListenerEnvoy(tested);
  }, 60_000);
  afterAll(() => envoy?.stop());

  it(`agree on ${connections} connections`, { timeout: 300_000 }, async () => {
    const differences: string[] = [];
    let taken = 0;
    for (let index = 0; index < connections; index++) {
      const listener = tested[index % listeners] as Listener;
      const connection = generatedConnection();
      const predicted = findFilterChain(listener, connection).chain?.name ?? '';
      const real = await send(envoy.ports.get(listener.name) ?? 0, bytesOf(connection));
      if (real !== '') taken++;
      if (predicted !== real)
        differences.push(
          `predicted ${predicted}, Envoy ${real}: ${JSON.stringify(connection)} ${JSON.stringify(listener)}`,
        );
    }
    expect(differences.slice(0, 5)).toEqual([]);
    expect(taken).toBeGreaterThan(connections / 10);
  });
});
