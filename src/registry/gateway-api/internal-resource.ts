import type { JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import type { Resource } from '../../model/resource.ts';

/**
 * The Istio resource that istiod makes of a Gateway API resource. It stands for that resource: what is derived from it
 * leads to where a person edits.
 */
export function internalResource(
  kind: 'Gateway' | 'VirtualService' | 'DestinationRule',
  name: string,
  spec: JsonObject,
  annotations: Record<string, string>,
  source: Resource,
  creationTimestamp = source.metadata.creationTimestamp,
): Resource {
  const { namespace } = source.metadata;
  const metadata = { name, namespace, annotations, ...(creationTimestamp ? { creationTimestamp } : {}) };
  const object: JsonObject = { apiVersion: 'networking.istio.io/v1', kind, metadata, spec };
  const resource: Resource = {
    group: 'networking.istio.io',
    version: 'v1',
    kind,
    metadata: { name, namespace, labels: {}, annotations, creationTimestamp },
    spec,
    object,
    side: source.side,
    locate: source.locate,
  };
  return standsFor(resource, { resource: source, path: [] });
}
