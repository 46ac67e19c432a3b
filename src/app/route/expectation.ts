import type { SideReport } from './side.ts';
import type { Expectation } from './test-file.ts';

/** Holds how a request goes against what it should do; a sentence for each mistake. */
export function mistakes(expect: Expectation, side: SideReport): string[] {
  const found: string[] = [];
  const compare = (what: string, wanted: unknown, real: unknown): void => {
    if (wanted !== undefined && wanted !== real) found.push(`${what} is ${shown(real)}, expected ${shown(wanted)}`);
  };
  const open = side.kind === 'open' && (expect.status !== undefined || expect.flag !== undefined);
  if (open) found.push(`the outcome cannot be told: ${side.reason}`);
  else {
    compare('status', expect.status, side.status ?? 0);
    if (expect.flag !== undefined && expect.flag !== side.flag && !side.flag.split(',').includes(expect.flag))
      compare('response flag', expect.flag, side.flag);
  }
  compare('route', expect.route, side.route);
  compare('virtual host', expect.virtualHost, side.virtualHost);
  compare('location', expect.location, side.location);
  compare('path upstream', expect.path, side.upstream?.path ?? side.rewrittenPath ?? undefined);
  compare('host upstream', expect.host, side.upstream?.authority ?? side.rewrittenHost ?? undefined);
  compare('timeout', expect.timeout, side.timeout);
  for (const [name, value] of Object.entries(expect.headers ?? {}))
    compare(`header ${name}`, value, side.upstream?.headers[name.toLowerCase()]);
  found.push(...clusterMistakes(expect, side));
  if (expect.want !== false) return found;
  return found.length > 0 ? [] : ['the request goes where it must not go'];
}

function clusterMistakes({ cluster, clusters, destinations }: Expectation, side: SideReport): string[] {
  const real = side.clusters.map((it) => it.cluster);
  const found: string[] = [];
  if (cluster === null && real.length > 0) found.push(`cluster is ${real.join(', ')}, expected none`);
  if (typeof cluster === 'string' && (real.length !== 1 || real[0] !== cluster))
    found.push(`cluster is ${real.join(', ') || 'none'}, expected ${cluster}`);
  if (clusters !== undefined) {
    const shares = Object.fromEntries(side.clusters.map((it) => [it.cluster, Math.round(it.weight * 100)]));
    const same = Object.keys({ ...shares, ...clusters }).every((name) => shares[name] === clusters[name]);
    if (!same) found.push(`clusters are ${shown(shares)}, expected ${shown(clusters)}`);
  }
  if (destinations !== undefined && !sameDestinations(destinations, side))
    found.push(
      `destinations are ${real.join(', ') || 'none'}, expected ${destinations.map((it) => `${it.host}${it.subset ? ` ${it.subset}` : ''}`).join(', ')}`,
    );
  return found;
}

/** Compares in the terms of a VirtualService: a short host name may stand for the full one. */
function sameDestinations(wanted: NonNullable<Expectation['destinations']>, side: SideReport): boolean {
  if (wanted.length !== side.clusters.length) return false;
  return wanted.every((it) =>
    side.clusters.some(({ cluster, weight }) => {
      const [, port, subset = '', host = ''] = cluster.split('|');
      const named = host === it.host || host.startsWith(`${it.host}.`);
      const weighs = it.weight === undefined || wanted.length === 1 || Math.round(weight * 100) === it.weight;
      return named && subset === (it.subset ?? '') && (it.port === undefined || port === String(it.port)) && weighs;
    }),
  );
}

function shown(value: unknown): string {
  return value === undefined || value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}
