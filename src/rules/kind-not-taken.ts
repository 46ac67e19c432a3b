import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { objects } from '../model/json.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { gatewayGroup, referenceKind, referenceNamespace } from '../registry/gateway-api/context.ts';
import type { GatewayApi } from '../registry/gateway-api/index.ts';
import { judgedParents } from '../registry/gateway-api/parent.ts';
import { at, findingOf } from './finding.ts';
import { gatewayApiRoutes } from './gateway-api.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * Routes of the Gateway API of a kind that their listener does not take, by its protocol or its `allowedRoutes.kinds`
 * (istiod's `referenceAllowed`). Namespaces and hostnames are told by `route-not-taken`.
 */
export const kindNotTaken: Rule = {
  name: 'kind-not-taken',
  codes: [codes.kindNotTaken],
  find(mesh) {
    const api = mesh.registry.gatewayApi;
    return api ? gatewayApiRoutes(mesh.registry).flatMap((route) => ofRoute(mesh, api, route)) : [];
  },
};

function ofRoute(mesh: CompiledMesh, { parents, context }: GatewayApi, route: Resource): Finding[] {
  const references = objects(route.spec['parentRefs']);
  const judged = references.map((reference) => judgedParents(route, reference, parents, context));
  const nowhere = judged.every((listeners) => listeners.every(({ refusal }) => refusal !== undefined));
  return references.flatMap((reference, index) => {
    const listeners = judged[index] ?? [];
    const refusing = listeners.flatMap(({ parent, refusal }) => (refusal === 'kind' ? [parent] : []));
    const [first] = refusing;
    // What another listener refuses for its hostname or namespace is told there.
    if (!first || listeners.some(({ refusal }) => refusal !== 'kind' && refusal !== 'other')) return [];
    const kinds = [...new Set(refusing.flatMap(({ allowedKinds }) => allowedKinds.map((it) => it.split('/')[1])))];
    const namespace = referenceNamespace(reference, route.metadata.namespace);
    const owner = mesh.registry
      .resources(referenceKind(reference, gatewayGroup, 'Gateway'))
      .find(({ metadata }) => metadata.name === reference['name'] && metadata.namespace === namespace);
    const name = owner ? resourceName(owner) : String(reference['name']);
    return [
      findingOf(mesh, {
        code: codes.kindNotTaken,
        kind: 'unresolved',
        severity: nowhere ? 'error' : 'warning',
        at: at(route, 'spec', 'parentRefs', index),
        proxies: [],
        message: `is attached to listener ${first.sectionName} of ${name}, which by its protocol ${first.protocol} and its allowedRoutes takes ${kinds.length === 0 ? 'no routes' : `${kinds.join(', ')} only`}`,
        effect: nowhere ? 'the route is in no proxy.' : 'the route is not served there; its other parents have it.',
        fix: `name ${route.kind} in allowedRoutes.kinds, or attach the route to a listener of another protocol.`,
        related: owner ? [{ message: 'has the listeners', at: at(owner, 'spec', 'listeners') }] : [],
      }),
    ];
  });
}
