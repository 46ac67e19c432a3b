import type { Message, Route } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';
import { type HttpRequest, headerOf } from '../request.ts';

/** A cluster that a route sends to, and the share of requests that go there. */
export interface ClusterShare {
  cluster: string;
  /** 0 to 1; shares of one route are 1 together. */
  share: number;
  /** The `weighted_clusters` entry, which may change headers and filters. */
  entry?: Message;
}

/** The clusters of a route action; empty where a route sends nowhere. Weights of 0 are left out. */
export function clusterShares(route: Route, request: HttpRequest): ClusterShare[] {
  const action: Message = route['route'] ?? {};
  if (typeof action['cluster'] === 'string') return [{ cluster: action['cluster'], share: 1 }];
  if (action['cluster_header']) {
    const name = headerOf(request, String(action['cluster_header']).toLowerCase());
    return [{ cluster: name ?? '', share: 1 }];
  }
  const entries = objects(action['weighted_clusters']?.['clusters']) as Message[];
  const weight = (entry: Message): number => Number(entry['weight'] ?? 0);
  const total = entries.reduce((sum, entry) => sum + weight(entry), 0);
  return entries
    .filter((entry) => weight(entry) > 0)
    .map((entry) => ({ cluster: String(entry['name'] ?? ''), share: weight(entry) / total, entry }));
}
