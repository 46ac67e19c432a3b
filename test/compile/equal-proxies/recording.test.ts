import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileProxy } from '../../../src/compile/index.ts';
import { buildRegistry } from '../../../src/registry/index.ts';
import type { Registry } from '../../../src/registry/types.ts';
import { toResource } from '../../../src/source/object.ts';
import { proxyOf } from '../../support/mesh.ts';
import { compileAlone, leavesOf } from './small-mesh.ts';

/** An object of any kind, as it was recorded. */
type Recorded = any;

const resources = 'fixtures/recordings/1.29/baseline/capture/resources';

function recorded(): Recorded[] {
  return readdirSync(resources)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => JSON.parse(readFileSync(join(resources, file), 'utf8')).items);
}

/** The address of a pod's replica. */
const moved = (address: string): string => address.replace(/^(\d+)\.(\d+)\./, '$1.99.');

/** A second replica of each pod with a proxy, and its endpoints beside those of the first. */
function withReplicas(objects: Recorded[]): { all: Recorded[]; pairs: [string, string][] } {
  const proxied = objects.filter(
    (it) => it.kind === 'Pod' && JSON.stringify(it.spec).includes('"istio-proxy"') && it.status?.podIP,
  );
  const replicas = proxied.map((pod) => ({
    ...pod,
    metadata: { ...pod.metadata, name: `${pod.metadata.name}-2`, uid: `${pod.metadata.uid}-2` },
    status: { ...pod.status, podIP: moved(pod.status.podIP), podIPs: [{ ip: moved(pod.status.podIP) }] },
  }));
  const own = new Set(proxied.map((pod) => pod.status.podIP));
  const all = objects.map((object) => {
    if (object.kind !== 'EndpointSlice') return object;
    const further = (object.endpoints ?? [])
      .filter((it: Recorded) => own.has(it.addresses[0]) && it.targetRef)
      .map((it: Recorded) => ({
        ...it,
        addresses: [moved(it.addresses[0])],
        targetRef: { ...it.targetRef, name: `${it.targetRef.name}-2` },
      }));
    return { ...object, endpoints: [...(object.endpoints ?? []), ...further] };
  });
  const pairs = proxied.map((pod): [string, string] => {
    const id = `${pod.metadata.namespace}/${pod.metadata.name}`;
    return [id, `${id}-2`];
  });
  return { all: [...all, ...replicas], pairs };
}

it('compiles the replicas of a recorded mesh as each would be alone, leaf by leaf with its origins', () => {
  const { all, pairs } = withReplicas(recorded());
  const registryOf = (): Registry => buildRegistry({ resources: all.map((it) => toResource(it, 'api')) });
  const registry = registryOf();
  expect(pairs.length).toBeGreaterThan(10);
  for (const pair of pairs) {
    const [first, second] = pair.map((id) => compileProxy(proxyOf(registry, id), registry));
    expect(second?.clusters[0]).toBe(first?.clusters[0]);
    for (const [index, config] of [first, second].entries()) {
      const fresh = registryOf();
      const alone = compileAlone(proxyOf(fresh, pair[index] as string), fresh);
      expect(config && leavesOf(config)).toEqual(leavesOf(alone));
    }
  }
}, 120_000);
