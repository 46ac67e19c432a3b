import { isIpAddress, wantAddress, wantPort } from './addresses.ts';
import { wantExportTo } from './export-to.ts';
import { wantLabels, wantSelector } from './labels.ts';
import { domainFault, isPartialWildcard, wantHost } from './names.ts';
import type { Place } from './place.ts';
import { isHttp, isTcp, isTls, wantPortName, wantProtocol } from './protocols.ts';
import type { Judge, Judged } from './types.ts';
import { repeated } from './values.ts';
import { wantEndpointPorts, wantWorkload } from './workload-entry.ts';

/** `ValidateServiceEntry`. */
export const serviceEntry: Judge = (judged) => {
  const { spec, namespace } = judged;
  const resolution = spec.at('resolution').text || 'NONE';
  const selector = spec.at('workloadSelector');
  wantSelector(selector, 'labels');
  if (selector.isSet && spec.at('endpoints').items.length > 0)
    spec.at('endpoints').refuse('stands beside workloadSelector', 'keep one of them.');
  wantHosts(spec, resolution);
  wantAddresses(spec, resolution);
  wantPorts(judged, resolution);
  ofResolution[resolution]?.(judged);
  const hosts = spec.at('hosts');
  const plain = spec.at('ports').items.find((port) => !isHttp(protocolIn(port)) && !isTls(protocolIn(port)));
  if (resolution !== 'NONE' && hosts.items.length > 1 && plain)
    plain
      .at('protocol')
      .refuse(
        `is ${protocolIn(plain) || 'not set'}, by which several hosts cannot be told apart`,
        'write HTTP or TLS, or a ServiceEntry for each host.',
      );
  wantExportTo(spec.at('exportTo'), namespace, { toNobody: true });
};

function protocolIn(port: Place): string {
  return port.at('protocol').text;
}

function wantHosts(spec: Place, resolution: string): void {
  const hosts = spec.at('hosts').items;
  if (hosts.length === 0) spec.refuse('has no hosts', 'name one.');
  for (const host of hosts)
    if (host.text === '*') host.refuse('is *', 'name the hosts.');
    else {
      wantHost(host);
      if (resolution !== 'DYNAMIC_DNS' && isPartialWildcard(host.text))
        host.note(
          `is ${host.text}, where * is part of a label`,
          'istiod wants to refuse this one day.',
          'write *. and a domain.',
        );
    }
}

function wantAddresses(spec: Place, resolution: string): void {
  const addresses = spec.at('addresses').items;
  for (const address of addresses) {
    wantAddress(address, true);
    if (address.text.includes('/') && resolution !== 'NONE' && resolution !== 'STATIC')
      address.refuse(`is a block, with resolution ${resolution}`, 'write single addresses, or resolution: STATIC.');
  }
}

function wantPorts({ spec, labels }: Judged, resolution: string): void {
  const ports = spec.at('ports').items;
  const again = (name: string): Place[] => repeated(ports, (port) => port.at(name).text).map((port) => port.at(name));
  for (const place of [...again('name'), ...again('number')])
    place.refuse(`is ${place.text}, which an earlier port has`, 'write another one.');
  const allots =
    resolution !== 'NONE' && labels.at('networking.istio.io/enable-autoallocate-ip').text.toLowerCase() !== 'false';
  for (const port of ports) {
    if (port.at('targetPort').number !== 0) wantPort(port.at('targetPort'));
    wantPortName(port.at('name'), port.at('name').text);
    wantProtocol(port.at('protocol'));
    wantPort(port.at('number'));
    if (spec.at('addresses').items.length === 0 && !allots && ['', 'TCP'].includes(protocolIn(port)))
      port.note(
        `is for ${protocolIn(port) || 'no protocol'}, in a ServiceEntry without addresses`,
        'the listener takes all that goes to the port, whatever the address.',
        'write addresses.',
      );
  }
}

const ofResolution: Record<string, Judge> = {
  NONE({ spec }) {
    if (spec.at('endpoints').items.length > 0)
      spec.at('endpoints').refuse('are set, with resolution NONE', 'drop them, or write resolution: STATIC or DNS.');
    if (spec.has('workloadSelector'))
      spec
        .at('workloadSelector')
        .warn(
          'is set, with resolution NONE',
          'nothing of it is in force: connections go where the client wants.',
          'write resolution: STATIC.',
        );
  },
  STATIC({ spec }) {
    const names = new Set(spec.at('ports').items.map((port) => port.at('name').text));
    for (const endpoint of spec.at('endpoints').items) wantWorkload(endpoint, names);
  },
  DNS: ({ spec }) => wantDns(spec),
  DNS_ROUND_ROBIN({ spec }) {
    if (spec.at('endpoints').items.length > 1)
      spec
        .at('endpoints')
        .refuse('are several, with resolution DNS_ROUND_ROBIN', 'keep one, or write resolution: DNS.');
    wantDns(spec);
  },
  DYNAMIC_DNS: wantDynamicDns,
};

function wantDns(spec: Place): void {
  const endpoints = spec.at('endpoints').items;
  const hosts = spec.at('hosts').items;
  const star = hosts.find((host) => domainFault(host.text) !== undefined);
  if (endpoints.length === 0 && star)
    star.refuse(`is ${star.text}, which nobody can ask DNS for`, 'write endpoints, or resolution: NONE.');
  const names = new Set(spec.at('ports').items.map((port) => port.at('name').text));
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
    spec.at('ports').items.some((it) => isTcp(protocolIn(it)))
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
    if (!protocols.includes(protocolIn(port).toLowerCase()))
      port
        .at('protocol')
        .refuse(
          `is ${protocolIn(port) || 'not set'}, with resolution DYNAMIC_DNS`,
          `write one of ${protocols.map((word) => word.toUpperCase()).join(', ')}.`,
        );
  const location = spec.at('location');
  if (location.text !== 'MESH_INTERNAL') return;
  const waypoint = labels.at('istio.io/use-waypoint').text;
  if (!behaviour.dynamicDnsInMesh || (waypoint !== '' && waypoint.toLowerCase() !== 'none'))
    location.refuse('is MESH_INTERNAL, with resolution DYNAMIC_DNS', 'write MESH_EXTERNAL.');
}
