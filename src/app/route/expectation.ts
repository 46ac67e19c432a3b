import { seconds } from './seconds.ts';
import type { SideReport } from './side.ts';
import type { Expectation } from './test-file.ts';
import { validatorMistakes } from './validator-expectation.ts';

/**
 * Holds how a request goes against what it should do; a sentence for each mistake.
 *
 * @param url of the request
 */
export function mistakes(expect: Expectation, side: SideReport, url: string): string[] {
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
  if (expect.timeout !== undefined && seconds(expect.timeout) !== seconds(side.timeout))
    compare('timeout', expect.timeout, side.timeout);
  for (const [name, value] of Object.entries(expect.headers ?? {}))
    compare(`header ${name}`, value === null ? null : String(value), headerOf(name, side));
  found.push(...clusterMistakes(expect, side));
  if (expect.source) found.push(...validatorMistakes(expect.source, side, url));
  return found;
}

function clusterMistakes({ cluster, clusters }: Expectation, side: SideReport): string[] {
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
  return found;
}

/** A header of the request as it reaches the application; undefined where it does not. */
function headerOf(name: string, { upstream }: SideReport): string | null | undefined {
  return upstream ? (upstream.headers[name.toLowerCase()] ?? null) : undefined;
}

function shown(value: unknown): string {
  return value === undefined || value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}
