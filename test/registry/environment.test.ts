import { describe, expect, it } from 'vitest';
import { istiodEnvironment } from '../../src/registry/environment.ts';
import { buildRegistry } from '../../src/registry/index.ts';
import { toResource } from '../../src/source/object.ts';

const container = (env: Record<string, string>) => ({
  name: 'discovery',
  image: 'istio/pilot:1.30.1',
  args: ['discovery', '--domain=mesh.local'],
  env: Object.entries(env).map(([name, value]) => ({ name, value })),
});

const labels = (revision: string) => ({ app: 'istiod', 'istio.io/rev': revision });

const deployment = toResource(
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'istiod', namespace: 'istio-system', labels: labels('default') },
    spec: { template: { spec: { containers: [container({ CLUSTER_ID: 'c1' })] } } },
  },
  'api',
);

const canary = toResource(
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'canary', namespace: 'istio-system', labels: labels('canary') },
    spec: { containers: [container({ CLUSTER_ID: 'c2' })] },
  },
  'api',
);

describe('the environment of istiod', () => {
  it('is read from its pod or Deployment, of the default revision first', () => {
    expect(buildRegistry({ resources: [canary, deployment] })).toMatchObject({
      clusterId: 'c1',
      domainSuffix: 'mesh.local',
      istioVersion: '1.30',
    });
    expect(buildRegistry({ resources: [canary] }).clusterId).toBe('c2');
  });

  it('is of the newest version, with defaults, where nothing is known', () => {
    expect(buildRegistry({ resources: [] })).toMatchObject({
      clusterId: 'Kubernetes',
      domainSuffix: 'cluster.local',
      istioVersion: '1.32',
    });
  });

  it('has flags as Go reads them', () => {
    const { flag, text } = istiodEnvironment({ A: 'true', B: '0', C: 'yes' });
    expect([flag('A', false), flag('B', true), flag('C', true), flag('D', false)]).toEqual([true, false, true, false]);
    expect([text('A', ''), text('D', 'x')]).toEqual(['true', 'x']);
  });
});
