import { wantAddress, wantPort } from './addresses.ts';
import { wantExportTo } from './export-to.ts';
import { wantSelector } from './labels.ts';
import { isPartialWildcard, wantHost } from './names.ts';
import type { Place } from './place.ts';
import { isHttp, isTls, wantPortName, wantProtocol } from './protocols.ts';
import { judgeOfResolution } from './service-entry-resolution.ts';
import type { Judge, Judged } from './types.ts';
import { repeated } from './values.ts';

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
  judgeOfResolution.get(resolution)?.(judged);
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
