import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import type { Resource } from '../model/resource.ts';
import { gatewayGroup } from '../registry/gateway-api/context.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';

/** Classes that istiod creates beside its own, by the parts of it that are switched on. */
const builtin = ['istio-remote', 'istio-waypoint', 'istio-east-west'];

/**
 * Gateways of the Gateway API whose GatewayClass does not exist: no controller programs them. istiod creates its own
 * classes in every cluster, so where none of those was read it is not known which classes there are.
 */
export const unknownClass: Rule = {
  name: 'unknown-class',
  codes: [codes.unknownClass],
  find(mesh) {
    const classes = mesh.registry.resources(`${gatewayGroup}/GatewayClass`).map(({ metadata }) => metadata.name);
    const own = mesh.registry.environment.text('PILOT_GATEWAY_API_DEFAULT_GATEWAYCLASS_NAME', 'istio');
    if (!classes.includes(own)) return [];
    return mesh.registry
      .resources(`${gatewayGroup}/Gateway`)
      .filter(
        ({ spec: { gatewayClassName: name } }) => typeof name === 'string' && ![...classes, ...builtin].includes(name),
      )
      .map((gateway) => ofGateway(mesh, gateway, classes));
  },
};

function ofGateway(mesh: CompiledMesh, gateway: Resource, classes: readonly string[]): Finding {
  return findingOf(mesh, {
    code: codes.unknownClass,
    kind: 'unresolved',
    severity: 'error',
    at: at(gateway, 'spec', 'gatewayClassName'),
    proxies: [],
    message: `is of class ${String(gateway.spec['gatewayClassName'])}, which does not exist`,
    effect: 'no controller programs the Gateway: nothing listens for it, and its routes are in no proxy.',
    fix: `write one of ${classes.join(', ')}, or create the GatewayClass.`,
  });
}
