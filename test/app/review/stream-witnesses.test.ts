import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledMesh } from '../../../src/app/check/compiled-mesh.ts';
import type { DifferentRequest } from '../../../src/app/review/sides.ts';
import { changedStreams, generatedStreams, meshOfStreams, type Streams } from '../../support/generated-streams.ts';
import { inputOf } from '../../support/mesh.ts';
import type { MeshAnswer, MeshRequest } from '../../support/real-mesh/index.ts';
import { ReviewedPairs } from '../../support/real-mesh/reviewed-pairs.ts';
import { disagreement } from '../../support/real-mesh/words.ts';
import { Dice } from '../../support/route-requests.ts';

const given = process.env['MESH_SEED'];
const dice = new Dice(Number(given ?? 20261123));
const changes = Number(process.env['MESH_CHANGES'] ?? 8);
const settings = { mesh: { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } } };

function meshWith(streams: Streams) {
  return compiledMesh(inputOf(`${meshOfStreams}${[...streams.values()].join('')}`, settings), () => true);
}

/** Every connection that a client or a gateway may see: by name and by address. */
const connections: MeshRequest[] = [
  ...['10.1.0.2', '10.1.0.3'].map((address) => ({ from: 'shop/client', address, port: 3306 })),
  // The name of a Service leads to its own address.
  { from: 'shop/client', address: '10.1.0.4', port: 443, sni: 'safe.shop.svc.cluster.local' },
  ...['ext.example', 'a.wild.example', 'q.wild.example', 'else.example'].flatMap((sni) =>
    ['10.1.0.4', '10.1.0.5', '192.0.2.1'].map((address) => ({ from: 'shop/client', address, port: 443, sni })),
  ),
  ...['a.example', 'x.b.example', 'q.b.example', 'c.example', 'else.example'].map((sni) => ({
    from: 'edge/gate',
    address: '10.0.0.99',
    port: 8443,
    sni,
  })),
  { from: 'edge/gate', address: '10.0.0.99', port: 9000 },
];

describe('what a review says of routes of TCP and TLS, and a real Envoy', () => {
  const bases = Array.from({ length: changes }, () => generatedStreams(dice));
  const pairs = bases.map((base) => ({ base, head: changedStreams(base, dice) }));
  const reviewed = new ReviewedPairs(pairs.map(({ base, head }) => ({ base: meshWith(base), head: meshWith(head) })));
  const { told } = reviewed;

  beforeAll(() => reviewed.start());
  afterAll(() => reviewed.stop());

  it('agree on both sides of each connection that is shown', { timeout: 300_000 }, async () => {
    const found = await reviewed.disagreements(sentOf);
    const wrong = found.map(({ change, words }) => `${change} ${words} ${specs(pairs[change])}`);
    const sent = told.flat().length;
    if (given !== undefined) console.log(`${sent} shown, ${wrong.length} otherwise`);
    expect(wrong.slice(0, 10)).toEqual([]);
    expect(sent).toBeGreaterThan(changes / 4);
  });

  it('show one of the kind of each difference', { timeout: 300_000 }, async () => {
    const missed: string[] = [];
    let differing = 0;
    for (const [change, all] of told.entries()) {
      const [base, head] = await reviewed.send(change, connections);
      for (const [index, asked] of connections.entries()) {
        const [one, other] = [base[index], head[index]] as [MeshAnswer, MeshAnswer];
        if (one.status === other.status && one.cluster === other.cluster) continue;
        differing++;
        const known = all.some(
          (it) =>
            it.proxies.includes(asked.from ?? '') &&
            portOf(it) === asked.port &&
            disagreement(it.base, one) === '' &&
            disagreement(it.head, other) === '',
        );
        if (!known) missed.push(`${change} ${JSON.stringify([asked, one, other])} ${specs(pairs[change])}`);
      }
    }
    if (given !== undefined) console.log(`${differing} differ, ${missed.length} without a witness`);
    expect(missed.slice(0, 5)).toEqual([]);
    expect(differing).toBeGreaterThan(0);
  });
});

const services: Record<string, string> = {
  'safe.shop.svc.cluster.local': '10.1.0.4',
  'vault.shop.svc.cluster.local': '10.1.0.5',
};

/** The connection of a review, by one who makes it. */
function sentOf(told: DifferentRequest): MeshRequest {
  const [, scheme, host = ''] = /^(\w+):\/\/([^:/]*)/.exec(told.request.url) ?? [];
  const isAddress = /^[\d.]+$/.test(host);
  const address = told.request.address ?? (isAddress ? host : (services[host] ?? '192.0.2.1'));
  const sni = scheme === 'https' ? { sni: isAddress ? '' : host } : {};
  return { from: told.proxies[0], address, port: portOf(told), ...sni };
}

function portOf({ request }: DifferentRequest): number {
  return Number(/:(\d+)(?:\/|$)/.exec(request.url)?.[1]);
}

/** What differs between both sides. */
function specs(pair: { base: Streams; head: Streams } | undefined): string {
  const names = new Set([...(pair?.base.keys() ?? []), ...(pair?.head.keys() ?? [])]);
  const spec = (yaml: string | undefined) => yaml && JSON.stringify(JSON.parse(yaml.replace('---\n', '')).spec);
  return [...names]
    .map(
      (name) =>
        `${spec(pair?.base.get(name))}${pair?.base.get(name) === pair?.head.get(name) ? '' : ` => ${spec(pair?.head.get(name))}`}`,
    )
    .join('\n   ');
}
