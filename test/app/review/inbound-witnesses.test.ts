import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledMesh } from '../../../src/app/check/compiled-mesh.ts';
import type { DifferentRequest } from '../../../src/app/review/sides.ts';
import { objectYaml, sliceYaml } from '../../support/clusters.ts';
import { changedPolicies, generatedPolicies, type Policies } from '../../support/generated-policies.ts';
import { inputOf, podYaml } from '../../support/mesh.ts';
import type { MeshRequest } from '../../support/real-mesh/index.ts';
import { ReviewedPairs } from '../../support/real-mesh/reviewed-pairs.ts';
import { Dice } from '../../support/route-requests.ts';

const given = process.env['MESH_SEED'];
const dice = new Dice(Number(given ?? 20261122));
const changes = Number(process.env['MESH_CHANGES'] ?? 8);
const requests = Number(process.env['MESH_REQUESTS'] ?? 300);

const injected = { 'security.istio.io/tlsMode': 'istio' };
const pod = (name: string, address: string): string =>
  podYaml(`shop/${name}`, { labels: { app: name, ...injected }, addresses: [address], serviceAccount: name });
const ports = { http: [80, 8080], tcp: [90, 9090], any: [70, 7070] } as const;
const service = objectYaml('Service', 'web', {
  clusterIP: '10.1.0.1',
  selector: { app: 'web' },
  ports: Object.entries(ports).map(([name, [port, targetPort]]) => ({ name, port, targetPort })),
});
const slice = sliceYaml('web', { http: 8080, tcp: 9090, any: 7070 }, { web: '10.0.0.11' });
const mesh = `${pod('amy', '10.0.0.1')}${pod('bob', '10.0.0.2')}${pod('web', '10.0.0.11')}${service}${slice}`;
const host = 'web.shop.svc.cluster.local';

function meshWith(policies: Policies) {
  return compiledMesh(inputOf(`${mesh}${[...policies.values()].join('')}`), () => true);
}

/** What is sent for a request of a review, by one who meets it. */
function sentOf({ proxies: [from], request: { method, url, headers } }: DifferentRequest): MeshRequest {
  const { port } = new URL(url);
  const path = url.replace(/^\w+:\/\/[^/]*/, '') || '/';
  return requestOf(from, Number(port || 80), { method, path, headers });
}

function requestOf(from: string | undefined, port: number, more: Partial<MeshRequest>): MeshRequest {
  const target = Object.values(ports).find(([own]) => own === port)?.[1] ?? 0;
  const to = from === undefined ? { address: '10.0.0.11', port: target } : { address: '10.1.0.1', port };
  const given = more.headers?.some((it) => /^host:/i.test(it)) ? [] : [`Host: ${host}${port === 80 ? '' : `:${port}`}`];
  return { from, ...to, ...more, headers: [...given, ...(more.headers ?? [])] };
}

describe('what a review says of inbound policies, and a real Envoy', () => {
  const bases = Array.from({ length: changes }, () => generatedPolicies(dice));
  const pairs = bases.map((base) => ({ base, head: changedPolicies(base, dice) }));
  const reviewed = new ReviewedPairs(pairs.map(({ base, head }) => ({ base: meshWith(base), head: meshWith(head) })));
  const { told } = reviewed;

  beforeAll(() => reviewed.start());
  afterAll(() => reviewed.stop());

  it('agree on both sides of each request that is shown', { timeout: 300_000 }, async () => {
    const found = await reviewed.disagreements(sentOf);
    const wrong = found.map(({ change, words }) => `${change} ${words} ${specs(pairs[change])}`);
    const sent = told.flat().length;
    if (given !== undefined) console.log(`${sent} shown, ${wrong.length} otherwise`);
    expect(wrong.slice(0, 10)).toEqual([]);
    expect(sent).toBeGreaterThan(changes / 4);
  });

  it(`show one of the kind of each difference, of ${requests} requests`, { timeout: 300_000 }, async () => {
    const missed: string[] = [];
    let differing = 0;
    for (const [change, all] of told.entries()) {
      const random = Array.from({ length: Math.ceil(requests / changes) }, () => ({
        port: dice.pick(Object.values(ports))[0],
        from: dice.pick(['shop/amy', 'shop/bob', undefined]),
        more: {
          method: dice.pick(['GET', 'POST', 'PUT', 'DELETE']),
          path: dice.pick(['/a', '/a/b', '/a/x', '/b', '/b/end', '/', '/a/b/end']),
          headers: dice.pick([[], ['x-user: amy'], ['x-user: bob'], ['Host: a.example']]),
        },
      }));
      const asked = random.map(({ from, port, more }) => requestOf(from, port, more));
      const ends = await reviewed.send(change, asked);
      for (const [index, { port, from, more }] of random.entries()) {
        const [base, head] = [ends[0][index]?.status, ends[1][index]?.status];
        if (base === head) continue;
        differing++;
        const known = all.some(
          (it) =>
            Number(new URL(it.request.url).port || 80) === port &&
            (from === undefined ? it.proxies.length === 0 : it.proxies.includes(from)) &&
            statusIn(it.base) === base &&
            statusIn(it.head) === head,
        );
        if (!known)
          missed.push(
            `${change} ${from ?? 'nobody'} port ${port} ${JSON.stringify(more)}: ${base} -> ${head} ${specs(pairs[change])}`,
          );
      }
    }
    if (given !== undefined) console.log(`${differing} differ, ${missed.length} without a witness`);
    expect(missed.slice(0, 5)).toEqual([]);
    expect(differing).toBeGreaterThan(0);
  });
});

/** What the policies of both sides say. */
function specs(pair: { base: Policies; head: Policies } | undefined): string {
  const spec = (yaml: string) => JSON.stringify(JSON.parse(yaml.replace('---\n', '')).spec);
  return [pair?.base, pair?.head].map((it) => [...(it?.values() ?? [])].map(spec).join(' ')).join(' => ');
}

function statusIn(words: string): number {
  return words.startsWith('connected') ? 200 : Number(/^\d+/.exec(words)?.[0] ?? 0);
}
