import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { type JsonObject, objects } from '../model/json.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { gatewayGroup, referenceKind, referenceNamespace } from '../registry/gateway-api/context.ts';
import { at, findingOf } from './finding.ts';
import { gatewayApiRoutes } from './gateway-api.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * Routes of the Gateway API for a Gateway, a listener of it, a Service or a port of it that does not exist. The API server
 * takes them, and only their status says so once they are applied.
 */
export const unknownParent: Rule = {
  name: 'unknown-parent',
  codes: [codes.unknownParent],
  find: (mesh) => gatewayApiRoutes(mesh.registry).flatMap((route) => ofRoute(mesh, route)),
};

function ofRoute(mesh: CompiledMesh, route: Resource): Finding[] {
  const references = objects(route.spec['parentRefs']);
  const faults = references.map((reference) => faultOf(mesh, route, reference));
  // What asks a Service is answered without its routes, too.
  const nowhere = faults.every((fault) => fault !== undefined && !fault.ofService);
  return faults.flatMap((fault, index) =>
    fault === undefined
      ? []
      : [
          findingOf(mesh, {
            code: codes.unknownParent,
            kind: 'unresolved',
            severity: nowhere ? 'error' : 'warning',
            at: at(route, 'spec', 'parentRefs', index, fault.field),
            proxies: [],
            message: fault.message,
            effect:
              nowhere || references.length === 1
                ? `the route is in no proxy${fault.ofService ? ': requests go on without it' : ''}.`
                : 'the route is not in force there.',
            fix: fault.fix,
            related: fault.gateway
              ? [{ message: 'has the listeners', at: at(fault.gateway, 'spec', 'listeners') }]
              : [],
          }),
        ],
  );
}

interface Fault {
  field: 'name' | 'sectionName' | 'port';
  message: string;
  fix: string;
  gateway?: Resource;
  ofService?: boolean;
}

/** What is wrong with a reference to a Gateway; undefined for what exists and for other kinds of parents. */
function faultOf(mesh: CompiledMesh, route: Resource, reference: JsonObject): Fault | undefined {
  if (reference['group'] === '' && reference['kind'] === 'Service') return faultOfService(mesh, route, reference);
  if (referenceKind(reference, gatewayGroup, 'Gateway') !== `${gatewayGroup}/Gateway`) return undefined;
  const namespace = referenceNamespace(reference, route.metadata.namespace);
  const name = String(reference['name']);
  const gateways = mesh.registry.resources(`${gatewayGroup}/Gateway`);
  const gateway = gateways.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  if (!gateway) {
    const near = gateways.find(({ metadata }) => metadata.name === name);
    return {
      field: 'name',
      message: `is attached to Gateway ${namespace}/${name}, which does not exist`,
      fix: near ? `write namespace: ${near.metadata.namespace}.` : 'correct the name, or create the Gateway.',
    };
  }
  const listeners = objects(gateway.spec['listeners']);
  for (const [field, key] of [
    ['sectionName', 'name'],
    ['port', 'port'],
  ] as const) {
    const wanted = reference[field];
    if (wanted === undefined || listeners.some((listener) => listener[key] === wanted)) continue;
    const having = listeners.map((listener) => String(listener[key])).join(' and ');
    return {
      field,
      message: `is attached to ${field === 'port' ? 'port' : 'listener'} ${String(wanted)} of ${resourceName(gateway)}, which has ${having === '' ? 'none' : having}`,
      fix: `write one of the Gateway's listeners.`,
      gateway,
    };
  }
  return undefined;
}

/** What is wrong with a reference to a Service: its name, or a port that it has not. */
function faultOfService({ registry }: CompiledMesh, route: Resource, reference: JsonObject): Fault | undefined {
  if (registry.unseenClusters.length > 0) return undefined;
  const namespace = String(reference['namespace'] ?? route.metadata.namespace);
  const name = String(reference['name']);
  const services = registry.services.filter((it) => it.registry === 'Kubernetes' && it.name === name);
  const service = services.find((it) => it.namespace === namespace);
  if (!service)
    return {
      field: 'name',
      message: `is attached to Service ${namespace}/${name}, which does not exist`,
      fix: services[0] ? `write namespace: ${services[0].namespace}.` : 'correct the name, or create the Service.',
      ofService: true,
    };
  const ports = service.ports.map(({ port }) => port);
  if (reference['port'] === undefined || ports.includes(Number(reference['port']))) return undefined;
  return {
    field: 'port',
    message: `is attached to port ${String(reference['port'])} of Service ${namespace}/${name}, which has ${ports.join(' and ')}`,
    fix: `write ${ports.join(' or ')}, or drop the port.`,
    ofService: true,
  };
}
