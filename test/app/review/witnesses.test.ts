import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type VirtualHostIndex, virtualHostIndex } from '../../../src/explain/http/virtual-host.ts';
import type { RouteConfiguration } from '../../../src/model/envoy.ts';
import type { ReviewedRequest } from '../../../src/model/review.ts';
import { changedTable, forCurl } from '../../support/changed-table.ts';
import { generatedTable } from '../../support/generated-table.ts';
import { reviewedTable } from '../../support/reviewed-table.ts';
import { type RealAnswer, type RouteEnvoy, startRouteEnvoy, type Table } from '../../support/route-envoy.ts';
import { Dice, nearRequest, type Sent } from '../../support/route-requests.ts';

const given = process.env['MESH_SEED'];
const seeds = given === undefined ? [20261121, 7] : [Number(given)];
const changes = Number(process.env['MESH_CHANGES'] ?? 20);
const requests = Number(process.env['MESH_REQUESTS'] ?? 1000);
const settings = { normalize_path: true };

/** What two real Envoys made of a request, and by which routes. */
interface Pair {
  differ: boolean;
  /** What kinds of change of which virtual hosts it is: by the routes, and by who answers. */
  kinds: [string, string];
}

describe.each(seeds)('requests that a review shows, and a real Envoy, seed %i', (seed) => {
  const dice = new Dice(seed);
  const bases = Array.from({ length: changes }, () => forCurl(generatedTable(dice), dice));
  const pairs = bases.map((base) => ({
    base: withoutChance(base),
    head: withoutChance(changedTable(base, dice)),
  }));
  const reviewed = pairs.map(({ base, head }) => reviewedTable(base, head, settings).requests);
  const tables = pairs.flatMap(({ base, head }) => [base, head]);
  const touched = pairs.flatMap(({ base, head }) => [touchedHosts(base, head), touchedHosts(head, base)]);
  const indexes = tables.map(virtualHostIndex);
  let envoy: RouteEnvoy;
  let sent = 0;

  beforeAll(async () => {
    envoy = await startRouteEnvoy(tables.map((routes): Table => ({ routes, settings, whole: true })));
  }, 120_000);
  afterAll(() => envoy?.stop());

  /** Sends to both tables of a change; what differs is told by what comes back and by the log. */
  async function send(all: { change: number; sent: Sent }[]): Promise<Pair[]> {
    const first = sent;
    const answers: [RealAnswer, RealAnswer][] = [];
    for (const { change, sent: one } of all) {
      const ask = (side: number) => {
        const id: [string, string] = ['x-test-id', String(sent++)];
        return envoy.send(2 * change + side, one.method, one.path, [...one.headers, id]);
      };
      answers.push([await ask(0), await ask(1)]);
    }
    const log = await envoy.log();
    return answers.map(([base, head], index) => {
      const logged = [0, 1].map((side) => log.get(String(first + 2 * index + side)));
      const ends = logged.map((it) => `${it?.cluster} ${it?.flags} ${it?.details}`);
      const { change = 0, sent: request } = all[index] ?? {};
      // Envoy joins several.
      const host = (request?.headers ?? [])
        .flatMap(([name, value]) => (name === 'host' && value !== '' ? [value] : []))
        .join();
      const hosts = [0, 1].map((side) => (indexes[2 * change + side] as VirtualHostIndex)(host)).join();
      return {
        differ: toText(base, ends[0]) !== toText(head, ends[1]),
        kinds: [`${change} ${hosts} ${base.route} ${head.route}`, `${change} ${hosts} ${ends}`],
      };
    });
  }

  it('are each treated differently', { timeout: 300_000 }, async () => {
    const all = reviewed.flatMap((list, change) => list.map((request) => ({ change, request, sent: sentOf(request) })));
    const answers = await send(all);
    const wrong = all.filter(({ request }, index) => !answers[index]?.differ && !byConfigOnly(request));
    expect(wrong.slice(0, 10)).toEqual([]);
    expect(all.length).toBeGreaterThan(changes / 4);
  });

  it(`have one of the kind of each that is, of ${requests} near their routes`, { timeout: 600_000 }, async () => {
    const shown = reviewed.flatMap((list, change) => list.map((request) => ({ change, sent: sentOf(request) })));
    const known = new Set((await send(shown)).flatMap(({ kinds }) => kinds));
    // An application that fails is none of the routes' differences.
    const random = Array.from({ length: requests }, (_, index) => {
      const change = index % changes;
      const side = dice.pick([0, 1]);
      const table = (dice.chance(0.8) ? touched : tables)[2 * change + side];
      return { change, sent: nearRequest(table ?? { name: '' }, dice) };
    }).filter(
      ({ sent: { method, headers } }) =>
        method !== 'CONNECT' && !headers.some(([name]) => /^(?:upgrade|x-answer)$/.test(name)),
    );
    const answers = await send(random);
    const differing = random.flatMap((it, index) => {
      const answer = answers[index];
      return answer?.differ ? [{ ...it, kinds: answer.kinds }] : [];
    });
    const missed = differing.filter(({ kinds }) => !kinds.some((kind) => known.has(kind)));
    if (given !== undefined) console.log(`${differing.length} differ, ${missed.length} without a witness`);
    expect(differing.length).toBeGreaterThan(0);
    expect(missed.slice(0, 5)).toEqual([]);
  });
});

/** What is compared of an answer: all but what Envoy adds for reasons of its own. */
function toText({ status, location, seen, headers }: RealAnswer, logged: unknown): string {
  const own = Object.entries(seen?.headers ?? {}).filter(
    ([name]) => !/^(x-request-id|x-envoy-.*|x-test-id)$/.test(name),
  );
  return JSON.stringify([status, location, seen?.path, seen?.host, own, headers['x-r'], headers['x-s'], logged]);
}

/** The virtual hosts that the other side has not as they are; all where that is none. */
function touchedHosts(routes: RouteConfiguration, other: RouteConfiguration): RouteConfiguration {
  const theirs = new Set((other.virtual_hosts ?? []).map((it) => JSON.stringify(it)));
  const own = (routes.virtual_hosts ?? []).filter((it) => !theirs.has(JSON.stringify(it)));
  return own.length > 0 ? { ...routes, virtual_hosts: own } : routes;
}

/** Shares of a half are all or nothing, so that equal routes give equal answers. */
function withoutChance(routes: RouteConfiguration): RouteConfiguration {
  return JSON.parse(JSON.stringify(routes), (key, value) =>
    key === 'clusters' ? value.slice(0, 1).map((it: object) => ({ ...it, weight: 100 })) : value,
  ) as RouteConfiguration;
}

/** The difference shows only where something fails (retries), or it is of clusters that both are not there. */
function byConfigOnly({ base, head }: ReviewedRequest): boolean {
  const [one, other] = [base, head].map((it) => /^\d+ NC/.exec(it)?.[0]);
  if (one !== undefined && one === other) return true;
  return head.startsWith(`${base}, with other `) && !/other .*(headers|path or host)/.test(head);
}

function sentOf({ request: { method, url, headers } }: ReviewedRequest): Sent {
  const path = url.replace(/^http:\/\/[^/]*/, '');
  return {
    method,
    path,
    headers: headers.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  };
}
