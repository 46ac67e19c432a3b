import type { Message } from '../../../model/envoy.ts';
import { requestOn, requestsAround } from './around.ts';
import { requestUnder } from './authority.ts';
import { type BoundaryRequest, type Parts, requestOf } from './request.ts';

export type { BoundaryRequest } from './request.ts';

/** The matches of two lists of routes, and which of them changed, moved or lead elsewhere. */
export interface MatchSides {
  base: readonly Message[];
  head: readonly Message[];
  changed: readonly Message[];
  /** Of filters: conditions without an order. */
  filters?: readonly Message[];
  /** What takes the authorities of the virtual host (`underDomain`). */
  domains?: readonly Message[];
}

/**
 * Requests that tell two lists of routes apart where anything does. For each pair of a route of the base and one of the
 * head (or none), of which at least one changed: a request that both take and no route before them. Then on each match
 * that changed and beside it in each of its parts. What is not asked for stays away.
 *
 * @param most so many requests at the most; those of routes that stand at the same place come first
 */
export function boundaryRequests(
  { base, head, changed, filters = [], domains = [] }: MatchSides,
  most: number,
): BoundaryRequest[] {
  const found = new Map<string, BoundaryRequest>();
  const add = (parts: Parts | undefined): void => {
    if (parts === undefined) return;
    const request = requestOf(parts);
    found.set(JSON.stringify(request), request);
  };
  add(new Map());
  for (const match of [...changed, ...filters]) add(requestUnder(domains, [match], []) ?? requestOn(match));
  for (const { first, second } of regionsOf(base, head, new Set(changed))) {
    if (found.size >= most / 2) break;
    const before = [...base.slice(0, first), ...head.slice(0, second)];
    const inside = [base[first], head[second]].filter((it) => it !== undefined);
    add(requestUnder(domains, inside, before));
  }
  for (const match of [...changed, ...filters]) {
    add(requestUnder(domains, [], [match]));
    for (const parts of requestsAround(match)) add(parts);
  }
  for (const one of filters)
    for (const other of [...filters, ...base, ...head]) {
      if (found.size >= most) break;
      if (one === other) continue;
      add(requestUnder(domains, [one, other], []));
      add(requestUnder(domains, [one], [other]));
    }
  return [...found.values()].slice(0, most);
}

/** The pairs of places, those of one place first; behind the last route stands that none takes the request. */
function regionsOf(
  base: readonly Message[],
  head: readonly Message[],
  changed: ReadonlySet<Message>,
): { first: number; second: number }[] {
  const regions: { first: number; second: number; apart: number }[] = [];
  for (let first = 0; first <= base.length; first++)
    for (let second = 0; second <= head.length; second++) {
      const [one, other] = [base[first], head[second]];
      if ((one && changed.has(one)) || (other && changed.has(other)))
        regions.push({ first, second, apart: Math.abs(first - second) });
    }
  return regions.sort((a, b) => a.apart - b.apart);
}
