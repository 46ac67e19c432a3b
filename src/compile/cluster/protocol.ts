import type { Protocol } from '../../registry/types.ts';

/** Whether the upstream is spoken to in HTTP/2 (pkg/config/protocol `IsHTTP2`). */
export function isHttp2(protocol: Protocol): boolean {
  return protocol === 'HTTP2' || protocol === 'GRPC' || protocol === 'GRPC-Web';
}

/** Whether the port carries HTTP of any version, by its declaration (`IsHTTP`). */
export function isHttp(protocol: Protocol): boolean {
  return protocol === 'HTTP' || protocol === 'HTTP_PROXY' || isHttp2(protocol);
}
