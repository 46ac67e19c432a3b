import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { workloadName } from '../../src/registry/workload-name.ts';
import { toResource } from '../../src/source/object.ts';

const name = (owner: JsonObject | undefined, labels: JsonObject = {}, generateName = 'x-') =>
  workloadName(
    toResource(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'pod-1',
          namespace: 'shop',
          generateName,
          labels,
          ...(owner ? { ownerReferences: [owner] } : {}),
        },
      },
      'api',
    ),
  );

const owner = (kind: string, of: string) => ({ apiVersion: 'v1', kind, name: of, controller: true });

describe('the name of a workload', () => {
  it.each([
    ['a Deployment', name(owner('ReplicaSet', 'cart-abc'), { 'pod-template-hash': 'abc' }), 'cart'],
    ['a Rollout', name(owner('ReplicaSet', 'cart-abc'), { 'rollouts-pod-template-hash': 'abc' }), 'cart'],
    ['a ReplicaSet', name(owner('ReplicaSet', 'cart-abc')), 'cart-abc'],
    ['a StatefulSet', name(owner('StatefulSet', 'db')), 'db'],
    ['a Job', name(owner('Job', 'import')), 'import'],
    ['a CronJob', name(owner('Job', 'import-28123456')), 'import'],
    ['a DeploymentConfig', name(owner('ReplicationController', 'cart-1'), { deploymentconfig: 'cart' }), 'cart'],
    ['a pod without owner', name(undefined), 'pod-1'],
    ['a pod with a name of its own', name(owner('StatefulSet', 'db'), {}, ''), 'pod-1'],
    ['a label', name(owner('StatefulSet', 'db'), { 'service.istio.io/workload-name': 'mine' }), 'mine'],
  ])('of %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});
