import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** A user of the API server of the tests, with RBAC small enough to read. */
export interface User {
  name: string;
  /** `list pods`, `get pods/portforward`, `list virtualservices.networking.istio.io`; absent: everything is allowed. */
  forbidden?: string[];
  /** Only what these allow, as RBAC has it. `namespace`: of a Role; absent: of a ClusterRole. */
  rules?: Rule[];
}

export interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  /** Only objects of these names; absent: all. */
  resourceNames?: string[];
  namespace?: string;
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
  object?: string,
): string | undefined {
  const name = group ? `${resource}.${group}` : resource;
  const allowed =
    user.rules === undefined ||
    user.rules.some(
      (rule) =>
        rule.apiGroups.includes(group) &&
        rule.resources.includes(resource) &&
        rule.verbs.includes(verb) &&
        (rule.namespace === undefined || rule.namespace === namespace) &&
        (rule.resourceNames === undefined || rule.resourceNames.includes(object ?? '')),
    );
  if (allowed && !user.forbidden?.includes(`${verb} ${name}`)) return undefined;
  const scope = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  return `${name} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`;
}
