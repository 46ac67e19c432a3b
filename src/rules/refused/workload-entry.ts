import { isIpAddress, socketPath, wantPort, wantSocket } from './addresses.ts';
import { wantLabels } from './labels.ts';
import { domainFault } from './names.ts';
import type { Place } from './place.ts';
import { wantPortName } from './protocols.ts';
import type { Judge } from './types.ts';

/** `ValidateWorkloadEntry`. */
export const workloadEntry: Judge = ({ spec }) => wantWorkload(spec);

/**
 * Refuses faults of a workload (`validateWorkloadEntry`).
 *
 * @param ports of an endpoint of a ServiceEntry with STATIC resolution: the names of its ports; such an endpoint wants an
 * IP address
 */
export function wantWorkload(workload: Place, ports?: ReadonlySet<string>): void {
  const address = workload.at('address');
  if (address.text === '') {
    if (workload.at('network').text === '') {
      workload.refuse('has no address', 'write it, or network.');
      return;
    }
  }
  const path = socketPath(address.text);
  if (path !== undefined) {
    wantSocket(address, path);
    if (!workload.at('ports').isEmpty) workload.at('ports').refuse('are set for a socket', 'drop them.');
    if (ports && ports.size !== 1)
      address.refuse(`is a socket, while the ServiceEntry has ${ports.size} ports`, 'give it one port.');
  } else if (address.text !== '' && !isIpAddress(address.text)) {
    const fault = ports ? 'STATIC resolution wants an IP address' : domainFault(address.text);
    if (fault)
      address.refuse(
        `is ${JSON.stringify(address.text)}: ${fault}`,
        ports ? 'write an IP address, or resolution: DNS.' : 'write an IP address or a full name.',
      );
  }
  wantEndpointPorts(workload.at('ports'), ports);
  wantLabels(workload.at('labels'));
}

/** Refuses ports of an endpoint that are none, or that the ServiceEntry has not got. */
export function wantEndpointPorts(ports: Place, known?: ReadonlySet<string>): void {
  for (const [name, port] of ports.entries) {
    if (known && !known.has(name))
      port.refuse(
        `is for ${name}, which is no name of a port of the ServiceEntry`,
        `write one of ${[...known].join(', ')}.`,
      );
    wantPortName(port, name);
    wantPort(port);
  }
}
