import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** A user of the API server of the tests, with RBAC small enough to read. */
export interface User {
  name: string;
  /** `list pods`, `get pods/portforward`, `list virtualservices.networking.istio.io`; absent: everything is allowed. */
  forbidden?: string[];
}

/** Who sends the request: by bearer token, basic auth, or client certificate. Undefined: nobody that is known (401). */
export function authenticate(request: IncomingMessage, users: Map<string, User>): User | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) return users.get(authorization.replace(/^(Bearer|Basic) /, ''));
  const socket = request.socket as TLSSocket;
  if (!socket.authorized) return undefined;
  const { CN } = socket.getPeerCertificate().subject ?? {};
  return [...users.values()].find(({ name }) => name === CN);
}

/** The message of the 403 where RBAC refuses, in Kubernetes' own words. */
export function refusal(
  user: User,
  verb: string,
  resource: string,
  group: string,
  namespace?: string,
): string | undefined {
  const name = group ? `${resource}.${group}` : resource;
  if (!user.forbidden?.includes(`${verb} ${name}`)) return undefined;
  const scope = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  return `${name} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`;
}
