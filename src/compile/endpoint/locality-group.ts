import type { Message } from '../../model/envoy.ts';
import type { Endpoint } from '../../registry/types.ts';

/** The endpoints of one locality: Envoy's message and, at the same index, what each entry was made of. */
export interface LocalityGroup {
  /** `LocalityLbEndpoints`. */
  message: Message;
  endpoints: EndpointLabels[];
}

/** What of an endpoint still matters once it is a message: its labels, for failover by labels. */
type EndpointLabels = Pick<Endpoint, 'labels'>;
