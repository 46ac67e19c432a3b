import { wantPort } from './addresses.ts';
import { wantLabels } from './labels.ts';
import { domainFault, isDnsLabel, wantHost } from './names.ts';
import type { Place } from './place.ts';

/** Refuses a destination without a host, or with a name that nothing has (`validateDestination`). */
export function wantDestination(destination: Place): void {
  if (!destination.isSet) return;
  const [host, subset, port] = [destination.at('host'), destination.at('subset'), destination.at('port')];
  if (host.text === '*') host.refuse('is *', 'name the host.');
  else if (host.isSet) wantHost(host);
  else destination.refuse('has no host', 'name the host.');
  if (subset.text !== '' && !isDnsLabel(subset.text))
    subset.refuse(`is ${JSON.stringify(subset.text)}, which is no DNS label`, 'correct the name.');
  if (port.isSet) wantPort(port.at('number'));
}

/** Refuses destinations that are none, or of which none has a weight (`validateRouteDestinations`). */
export function wantDestinations(route: Place): void {
  const { items } = route;
  for (const item of items) {
    if (!item.has('destination')) item.refuse('has no destination', 'name it.');
    wantDestination(item.at('destination'));
    const weight = item.at('weight');
    if (weight.number < 0) weight.refuse(`is ${weight.number}`, 'write 0 or more.');
  }
  const sum = items.reduce((total, item) => total + item.at('weight').number, 0);
  if (items.length > 1 && sum === 0)
    route.refuse('has several destinations and no weight above 0', 'give them weights.');
}

/** Refuses names of Gateways that are none (`validateGatewayNames`). */
export function wantGatewayNames(gateways: Place): void {
  for (const gateway of gateways.items) {
    const { text } = gateway;
    const slash = text.indexOf('/');
    const fault = slash < 0 ? domainFault(text) : undefined;
    if (fault) gateway.refuse(`is ${JSON.stringify(text)}, which is no name: ${fault}`, 'write namespace/name.');
    // istiod looks no further behind a name without a namespace.
    if (slash < 0) return;
    if (!isDnsLabel(text.slice(0, slash)) || !isDnsLabel(text.slice(slash + 1)))
      gateway.refuse(
        `is ${JSON.stringify(text)}, which is no name of a Gateway`,
        'write namespace/name, both DNS labels.',
      );
  }
}

/** Refuses what conditions of every protocol have: port, labels of the source, Gateways. */
export function wantCondition(match: Place): void {
  if (match.at('port').number !== 0) wantPort(match.at('port'));
  wantLabels(match.at('sourceLabels'));
  wantGatewayNames(match.at('gateways'));
}
