import type { JsonObject } from '../../../model/json.ts';
import type { Source } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Unknown } from '../../../model/unknown.ts';
import type { Registry, Service, SidecarScope } from '../../../registry/types.ts';

/** What the routes of a VirtualService are compiled for (istiod's `RouteOptions`): a proxy, and a port or server of it. */
export interface RouteContext {
  registry: Registry;
  proxy: Proxy;
  scope: SidecarScope;
  /** Port of the listener; 0 for an HTTP proxy port or a unix socket. */
  listenerPort: number;
  /** `mesh`, or the gateway's `namespace/name`: what `match.gateways` is compared with. */
  gateway: string;
  isTls: boolean;
  /** Responses tell clients of HTTP/3 on the same port. */
  advertisesHttp3: boolean;
  /** Rewritten requests tell the original host. */
  xForwardedHost: boolean | Unknown;
  headersSource: Source;
  /** The cluster of a destination, seen from here. */
  cluster(destination: JsonObject | undefined): string;
  /** The service of a host name, seen from here. */
  service(host: string): Service | undefined;
}
