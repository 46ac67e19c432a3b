import type { Message, RouteConfiguration, VirtualHost } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { parseClusterName } from '../cluster/name.ts';
import type { Context, Patch } from './patch.ts';

/** Ports of the Gateways' servers behind each port that a gateway listens on (istiod's `GatewayPortMap`). */
export type PortMap = ReadonlyMap<number, ReadonlySet<number>>;

const part = (value: unknown): JsonObject | undefined => (isObject(value) ? (value as JsonObject) : undefined);
const configurationPart = (patch: Patch) => part(patch.match['routeConfiguration']);
const hostPart = (patch: Patch) => part(configurationPart(patch)?.['vhost']);
const routePart = (patch: Patch) => part(hostPart(patch)?.['route']);

/** istiod's `routeConfigurationMatch`. */
export function routeConfigurationMatches(
  configuration: RouteConfiguration,
  patch: Patch,
  context: Context,
  ports: PortMap,
): boolean {
  const match = configurationPart(patch);
  if (!match) return true;
  if (match['name'] && match['name'] !== configuration.name) return false;
  const port = match['portNumber'];
  if (context !== 'GATEWAY') return !port || port === sidecarPort(configuration.name);
  const parsed = parseGatewayRouteName(configuration.name);
  if (match['portName'] && match['portName'] !== parsed.portName) return false;
  if (match['gateway'] && match['gateway'] !== parsed.gateway) return false;
  if (!port) return true;
  const behind = ports.get(parsed.port);
  return behind ? behind.has(Number(port)) : parsed.port === port;
}

function sidecarPort(name: string): number {
  if (name.startsWith('inbound')) return parseClusterName(name)?.port ?? 0;
  return /^\d+$/.test(name) ? Number(name) : 0;
}

/** `http.8080` and `https.443.https.gateway.namespace` (istiod's `ParseGatewayRDSRouteName`). */
export function parseGatewayRouteName(name: string): { port: number; portName: string; gateway: string } {
  const [kind, port, portName = '', gateway = '', namespace = '', ...rest] = name.split('.');
  if (kind === 'http') return { port: Number(name.slice(5)) || 0, portName: '', gateway: '' };
  if (kind !== 'https' || namespace === '' || rest.length > 0) return { port: 0, portName: '', gateway: '' };
  return { port: Number(port) || 0, portName, gateway: `${namespace}/${gateway}` };
}

/** istiod's `virtualHostMatch`. */
export function virtualHostMatches(host: VirtualHost, patch: Patch): boolean {
  const match = hostPart(patch);
  if (!match) return true;
  if (match['name'] && match['name'] !== host.name) return false;
  return !match['domainName'] || (host.domains ?? []).includes(String(match['domainName']));
}

/** Whether the patch names a route. */
export function namesRoute(patch: Patch): boolean {
  return routePart(patch) !== undefined;
}

const actions: Record<string, string> = { ROUTE: 'route', REDIRECT: 'redirect', DIRECT_RESPONSE: 'direct_response' };

/** istiod's `routeMatch`. An action that the match has no word for is matched by each. */
export function routeMatches(route: Message, patch: Patch): boolean {
  const match = routePart(patch);
  if (!match) return true;
  if (match['name'] && match['name'] !== route['name']) return false;
  const wanted = match['action'];
  if (!wanted || wanted === 'ANY') return true;
  const actual = Object.values(actions).find((field) => field in route);
  return actual === undefined || actual === actions[String(wanted)];
}
