import { isIpAddress } from './addresses.ts';
import { wantLabels } from './labels.ts';
import { domainFault } from './names.ts';
import type { Place } from './place.ts';
import { isTcp } from './protocols.ts';
import type { Judge, Judged } from './types.ts';
import { wantEndpointPorts, wantWorkload } from './workload-entry.ts';

/** What a ServiceEntry's `resolution` demands of its hosts, endpoints and ports (the switch in `ValidateServiceEntry`). */
export const judgeOfResolution: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['NONE', ({ spec }) => wantNoEndpoints(spec)],
  ['STATIC', ({ spec }) => wantStatic(spec)],
  ['DNS', ({ spec }) => wantDns(spec)],
  ['DNS_ROUND_ROBIN', ({ spec }) => wantRoundRobin(spec)],
  ['DYNAMIC_DNS', wantDynamicDns],
]);

function wantNoEndpoints(spec: Place): void {
  const [endpoints, selector] = [spec.at('endpoints'), spec.at('workloadSelector')];
  if (endpoints.items.length > 0)
    endpoints.refuse('are set, with resolution NONE', 'drop them, or write resolution: STATIC or DNS.');
  if (selector.isSet)
    selector.warn(
      'is set, with resolution NONE',
      'nothing of it is in force: connections go where the client wants.',
      'write resolution: STATIC.',
    );
}

function wantStatic(spec: Place): void {
  const names = portNames(spec);
  for (const endpoint of spec.at('endpoints').items) wantWorkload(endpoint, names);
}

function wantRoundRobin(spec: Place): void {
  const endpoints = spec.at('endpoints');
  if (endpoints.items.length > 1)
    endpoints.refuse('are several, with resolution DNS_ROUND_ROBIN', 'keep one, or write resolution: DNS.');
  wantDns(spec);
}

function wantDns(spec: Place): void {
  const endpoints = spec.at('endpoints').items;
  const hosts = spec.at('hosts').items;
  const star = hosts.find((host) => domainFault(host.text) !== undefined);
  if (endpoints.length === 0 && star)
    star.refuse(`is ${star.text}, which nobody can ask DNS for`, 'write endpoints, or resolution: NONE.');
  const names = portNames(spec);
  for (const endpoint of endpoints) {
    const address = endpoint.at('address');
    const fault = isIpAddress(address.text) ? undefined : domainFault(address.text);
    if (fault)
      address.refuse(
        `is ${JSON.stringify(address.text)}, neither a full name nor an IP address: ${fault}`,
        'correct it.',
      );
    wantLabels(endpoint.at('labels'));
    wantEndpointPorts(endpoint.at('ports'), names);
  }
  if (
    spec.at('addresses').items.length > 0 &&
    hosts.length > 1 &&
    spec.at('ports').items.some((it) => isTcp(it.at('protocol').text))
  )
    spec
      .at('hosts')
      .note(
        'are several, beside addresses and a port for TCP',
        'connections are told apart by the address alone.',
        'write a ServiceEntry for each host.',
      );
}

function wantDynamicDns({ spec, labels, behaviour }: Judged): void {
  for (const host of spec.at('hosts').items)
    if (!host.text.startsWith('*'))
      host.refuse(`is ${host.text}, with resolution DYNAMIC_DNS`, 'write a wildcard, or resolution: DNS.');
  for (const name of ['addresses', 'endpoints'])
    if (spec.at(name).items.length > 0) spec.at(name).refuse('are set, with resolution DYNAMIC_DNS', 'drop them.');
  const protocols = behaviour.dynamicDnsInMesh ? ['http', 'tls', 'grpc', 'http2'] : ['http', 'tls'];
  for (const port of spec.at('ports').items)
    if (!protocols.includes(port.at('protocol').text.toLowerCase()))
      port
        .at('protocol')
        .refuse(
          `is ${port.at('protocol').text || 'not set'}, with resolution DYNAMIC_DNS`,
          `write one of ${protocols.map((word) => word.toUpperCase()).join(', ')}.`,
        );
  const location = spec.at('location');
  if (location.text !== 'MESH_INTERNAL') return;
  const waypoint = labels.at('istio.io/use-waypoint').text;
  if (!behaviour.dynamicDnsInMesh || (waypoint !== '' && waypoint.toLowerCase() !== 'none'))
    location.refuse('is MESH_INTERNAL, with resolution DYNAMIC_DNS', 'write MESH_EXTERNAL.');
}

function portNames(spec: Place): ReadonlySet<string> {
  return new Set(spec.at('ports').items.map((port) => port.at('name').text));
}
