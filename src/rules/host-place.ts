import type { Origin } from '../model/provenance.ts';
import type { Service } from '../registry/types.ts';
import { at } from './finding.ts';

/** The line of a ServiceEntry that names the host of one of the services made of it. */
export function hostPlace({ resource, hostname }: Service): Origin {
  const hosts = resource.spec['hosts'];
  return at(resource, 'spec', 'hosts', Array.isArray(hosts) ? Math.max(0, hosts.indexOf(hostname)) : 0);
}
