import { describe, expect, it } from 'vitest';
import { interceptionOf } from '../../../src/app/route/interception.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Resource } from '../../../src/model/resource.ts';
import { toResource } from '../../../src/source/object.ts';

function pod({
  args,
  annotations = {},
  spec = {},
}: {
  args?: string[];
  annotations?: JsonObject;
  spec?: JsonObject;
}): Resource {
  const initContainers = args ? [{ name: 'istio-init', args }] : [];
  return toResource(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'shop', annotations },
      spec: { initContainers, ...spec },
      status: { podIP: '10.1.0.5' },
    },
    'api',
  );
}
const injected = (...more: string[]): string[] => [
  'istio-iptables',
  '-p',
  '15001',
  '-m',
  'REDIRECT',
  '-i',
  '*',
  '-x',
  '',
  '-b',
  '*',
  '-d',
  '15090,15021,15020',
  ...more,
];
const prefix = 'traffic.sidecar.istio.io';

describe('interception', () => {
  it('takes all but loopback, the pod itself and the ports of its proxy', () => {
    const it = interceptionOf(pod({ args: injected() }));
    expect(it.mode).toBe('REDIRECT');
    expect(['10.2.0.1', '93.184.216.34', ''].map((ip) => it.outbound(ip, 80))).toEqual([true, true, true]);
    expect(['127.0.0.1', '127.0.0.6', '::1', '10.1.0.5'].map((ip) => it.outbound(ip, 80))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([8080, 15090, 15021, 15020].map((port) => it.inbound(port))).toEqual([true, false, false, false]);
  });

  it('leaves out ranges and ports that the arguments of istio-init exclude', () => {
    const it = interceptionOf(
      pod({
        args: [
          '-m',
          'TPROXY',
          '-i',
          '10.0.0.0/8',
          '-x',
          '10.9.0.0/16',
          '-o',
          '5432',
          '-q',
          '9999',
          '-b',
          '8080,9090',
          '-d',
          '9090',
        ],
      }),
    );
    expect(it.mode).toBe('TPROXY');
    expect(it.outbound('10.2.0.1', 80)).toBe(true);
    expect(it.outbound('10.9.0.1', 80)).toBe(false);
    expect(it.outbound('10.2.0.1', 5432)).toBe(false);
    expect(it.outbound('192.0.2.1', 80)).toBe(false);
    expect(it.outbound('192.0.2.1', 9999)).toBe(true);
    expect([8080, 9090, 7070].map((port) => it.inbound(port))).toEqual([true, false, false]);
  });

  it('reads annotations only where no istio-init ran, as with a CNI plugin', () => {
    const annotations = {
      [`${prefix}/excludeOutboundPorts`]: '443',
      [`${prefix}/includeInboundPorts`]: '80',
      'sidecar.istio.io/interceptionMode': 'TPROXY',
    };
    const cni = interceptionOf(pod({ annotations }));
    expect([cni.mode, cni.outbound('10.2.0.1', 443), cni.outbound('10.2.0.1', 80)]).toEqual(['TPROXY', false, true]);
    expect([cni.inbound(80), cni.inbound(8080)]).toEqual([true, false]);
    expect(interceptionOf(pod({ annotations, args: injected() })).outbound('10.2.0.1', 443)).toBe(true);
  });

  it('takes nothing with mode NONE or on the network of the host', () => {
    for (const none of [
      pod({ annotations: { 'sidecar.istio.io/interceptionMode': 'NONE' } }),
      pod({ args: injected(), spec: { hostNetwork: true } }),
    ]) {
      const it = interceptionOf(none);
      expect([it.mode, it.outbound('10.2.0.1', 80), it.inbound(8080)]).toEqual(['NONE', false, false]);
    }
  });
});
