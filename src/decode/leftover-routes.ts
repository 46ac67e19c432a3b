import { isObject } from '../model/json.ts';
import type { LiveProxy } from './types.ts';

/** Moves the route configurations that no active or warming listener asks for from `config` to `leftoverRoutes`. */
export function setLeftoversAside(live: LiveProxy): void {
  const asked = new Set<string>();
  collectRouteNames(live.config.listeners, asked);
  collectRouteNames(live.warmingListeners, asked);
  const isLeft = ({ name }: { name: string }) => !asked.has(name);
  live.leftoverRoutes.push(...live.config.routes.filter(isLeft).map(({ name }) => name));
  live.config.routes = live.config.routes.filter((route) => !isLeft(route));
}

/** Names in each `rds` (or scoped `rds`) field of connection managers, wherever they stand. */
function collectRouteNames(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectRouteNames(item, into);
  if (!isObject(value)) return;
  if (typeof value['route_config_name'] === 'string') into.add(value['route_config_name']);
  for (const item of Object.values(value)) if (typeof item === 'object') collectRouteNames(item, into);
}
