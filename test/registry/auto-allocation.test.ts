import { describe, expect, it } from 'vitest';
import { meshOf } from '../support/mesh.ts';

const entry = (host: string, resolution = 'DNS') => `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: "${host.replace('*', 'any')}", namespace: shop}
spec: {hosts: ["${host}"], resolution: ${resolution}, ports: [{name: tcp, number: 443, protocol: TCP}]}
`;

const addresses = (yaml: string, environment = { PILOT_ENABLE_IP_AUTOALLOCATE: 'false' }) =>
  meshOf(yaml, { environment }).services.map((service) => service.autoAllocatedAddresses);

describe('addresses of hosts without any', () => {
  it('follow from namespace and host where the allocator is off', () => {
    const [first] = addresses(entry('a.example'));
    expect(first).toHaveLength(2);
    expect(first?.[0]).toMatch(/^240\.240\.\d+\.\d+$/);
    expect(first?.[1]).toMatch(/^2001:2::f0f0:[0-9a-f]+$/);
    expect(addresses(entry('b.example') + entry('a.example'))[0]).toEqual(first);
    expect(addresses(entry('b.example'))[0]).not.toEqual(first);
  });

  it('are none for wildcards and resolution NONE, and where the allocator writes them', () => {
    expect(addresses(entry('*.example') + entry('n.example', 'NONE'))).toEqual([[], []]);
    expect(addresses(entry('a.example'), { PILOT_ENABLE_IP_AUTOALLOCATE: 'true' })).toEqual([[]]);
  });
});
