import { hostsOverlap, isSubsetOf } from '../../registry/hostname.ts';
import { isIpAddress, wantAddress } from './addresses.ts';
import { wantCondition, wantDestinations, wantGatewayNames } from './destination.ts';
import { wantExportTo } from './export-to.ts';
import { isClaim } from './headers.ts';
import { wantHttpRoute } from './http-route.ts';
import { sniFault, wildcardFault } from './names.ts';
import type { Place } from './place.ts';
import type { Judge } from './types.ts';

/** `ValidateVirtualService`. */
export const virtualService: Judge = ({ spec, namespace, behaviour }) => {
  const isDelegate = spec.at('hosts').items.length === 0;
  if (isDelegate)
    for (const name of ['gateways', 'tls', 'tcp'])
      if (spec.at(name).items.length > 0)
        spec.at(name).refuse('is set in a VirtualService without hosts, which others delegate to', 'drop it.');
  wantGatewayNames(spec.at('gateways'));
  const gateways = spec.at('gateways').items.map(({ text }) => text);
  const ofGateway = gateways.length > 0 && !gateways.includes('mesh');
  wantHosts(spec, ofGateway);
  const lists = ['http', 'tls', 'tcp'].map((name) => spec.at(name).items);
  if (lists.flat().length === 0) spec.refuse('has no http, tls or tcp routes', 'give it a route.');
  const [http = [], tls = [], tcp = []] = lists;
  for (const route of http) {
    if (!ofGateway) wantNoClaims(route);
    wantHttpRoute(route, isDelegate, behaviour);
  }
  for (const route of tls) wantTlsRoute(route, spec.at('hosts'), ofGateway);
  for (const route of tcp) wantLayer4Route(route);
  wantExportTo(spec.at('exportTo'), namespace);
};

function wantHosts(spec: Place, ofGateway: boolean): void {
  const hosts = spec.at('hosts').items;
  const isSni = spec
    .at('tls')
    .items.some((route) => route.at('match').items.some((it) => it.at('sniHosts').items.length > 0));
  let allValid = true;
  for (const host of hosts) {
    const fault = ofGateway && isSni ? sniFault(host.text) : wildcardFault(host.text);
    if (fault && isIpAddress(host.text)) continue;
    if (fault) host.refuse(`is ${JSON.stringify(host.text)}, which is no host name: ${fault}`, 'correct the name.');
    else if (host.text === '*' && !ofGateway)
      host.refuse('is *, which the mesh gateway does not take', 'name the hosts.');
    else continue;
    allValid = false;
  }
  if (!allValid) return;
  for (const [index, host] of hosts.entries()) {
    const other = hosts.slice(0, index).find((it) => hostsOverlap(it.text, host.text));
    if (other) host.refuse(`is ${host.text}, which overlaps with ${other.text}`, 'drop one of them.');
  }
}

function wantNoClaims(route: Place): void {
  for (const match of route.at('match').items)
    for (const name of ['headers', 'withoutHeaders'])
      for (const [header, value] of match.at(name).entries)
        if (isClaim(header))
          value.refuse(
            'asks for a claim of a token, which only routes of gateways can',
            'bind the VirtualService to a Gateway alone, or drop the condition.',
          );
}

function wantTlsRoute(route: Place, hosts: Place, ofGateway: boolean): void {
  if (route.at('match').items.length === 0) route.refuse('has no match', 'name the SNI hosts.');
  for (const match of route.at('match').items) {
    const names = match.at('sniHosts').items;
    if (names.length === 0) match.refuse('has no sniHosts', 'name at least one.');
    for (const name of names) wantSniHost(name, hosts, ofGateway);
  }
  wantLayer4Route(route);
}

function wantSniHost(name: Place, hosts: Place, ofGateway: boolean): void {
  const fault = ofGateway ? sniFault(name.text) : wildcardFault(name.text);
  if (fault && isIpAddress(name.text)) {
    name.note(
      `is ${name.text}: an address is no name to ask for by SNI`,
      'hardly a client sends it, so hardly a connection takes the route.',
      'name the hosts.',
    );
    return;
  }
  const all = hosts.items.map(({ text }) => text);
  if (fault) name.refuse(`is ${JSON.stringify(name.text)}, which is no host name: ${fault}`, 'correct the name.');
  else if (!all.some((host) => isSubsetOf(name.text, host)))
    name.refuse(
      `is ${name.text}, which none of the hosts covers (${all.join(', ')})`,
      'add it to the hosts, or correct it.',
    );
}

function wantLayer4Route(route: Place): void {
  for (const match of route.at('match').items) {
    for (const subnet of match.at('destinationSubnets').items) wantAddress(subnet, true);
    wantCondition(match);
  }
  if (route.at('route').items.length === 0) route.refuse('has no route', 'give it one.');
  wantDestinations(route.at('route'));
}
