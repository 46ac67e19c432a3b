import { isObject, type JsonObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import type { EndpointContext } from './endpoint-context.ts';
import { noLocality } from './locality.ts';
import { objects } from './objects.ts';
import type { Endpoint, Service, ServicePort } from './types.ts';
import { type WorkloadInstance, workloadEntryInstance } from './workload-instance.ts';
import { matchesLabels } from './workload-labels.ts';

/** An endpoint and the number of the service port it was made for: endpoints of ServiceEntries are found by either. */
export interface NumberedEndpoint extends Endpoint {
  servicePort: number;
}

/**
 * Endpoints of one service of a ServiceEntry (serviceentry.services): selected workloads, inline endpoints, or the host
 * itself where it is resolved by DNS.
 *
 * @param workloads of the ServiceEntry's namespace
 * @param named the control plane's version names the workloads of inline endpoints after the ServiceEntry
 */
export function serviceEntryEndpoints(
  service: Service,
  workloads: readonly WorkloadInstance[],
  named: boolean,
  context: EndpointContext,
): NumberedEndpoint[] {
  const { resource } = service;
  const dns = service.resolution === 'DNSLB' || service.resolution === 'DNSRoundRobinLB';
  const selector = resource.spec['workloadSelector'];
  if (isObject(selector)) {
    const labels = isObject(selector['labels']) ? (selector['labels'] as Record<string, string>) : {};
    return workloads
      .filter((workload) => (dns || !workload.dnsOnly) && matchesLabels(labels, workload.endpoint.labels))
      .flatMap((workload) => ofWorkload(workload, service.ports));
  }
  const inline = objects(resource.spec['endpoints']);
  if (inline.length === 0) return dns ? service.ports.map((port) => ofHost(service, port, named, context)) : [];
  return inline.flatMap((item, index) =>
    ofWorkload(inlineEndpoint(item, index, resource, named, context), service.ports),
  );
}

function inlineEndpoint(
  item: JsonObject,
  index: number,
  resource: Resource,
  named: boolean,
  context: EndpointContext,
): WorkloadInstance {
  const { namespace, name } = resource.metadata;
  const labels = isObject(item['labels']) ? (item['labels'] as Record<string, string>) : {};
  const identity = {
    name: `${name}-${index}`,
    namespace: named ? namespace : '',
    workloadName: named ? `${name}-${index}` : '',
    identityNamespace: namespace,
    labels,
    source: item,
  };
  return workloadEntryInstance(item, identity, context);
}

/** The workload's endpoint at each port: its own port of that name, else the targetPort, else the port itself. */
function ofWorkload(workload: WorkloadInstance, ports: readonly ServicePort[]): NumberedEndpoint[] {
  return ports.map((port) => {
    const number = workload.ports[port.name] || Number(port.targetPort) || port.port;
    return {
      ...workload.endpoint,
      port: workload.endpoint.pipe === undefined ? number : 0,
      servicePortName: port.name,
      servicePort: port.port,
    };
  });
}

function ofHost(service: Service, port: ServicePort, named: boolean, context: EndpointContext): NumberedEndpoint {
  const { namespace, name } = service.resource.metadata;
  return {
    address: service.hostname,
    port: Number(port.targetPort) || port.port,
    servicePortName: port.name,
    servicePort: port.port,
    labels: {},
    namespace: named ? namespace : '',
    workloadName: named ? name : '',
    serviceAccount: '',
    network: '',
    locality: noLocality,
    clusterId: context.clusterId,
    weight: 0,
    tlsMode: 'disabled',
    health: 'UNKNOWN',
    hostname: '',
    subdomain: '',
    nodeName: '',
    source: service.resource,
  };
}
