import { expect, it } from 'vitest';
import { asClosed } from '../../../src/app/review/closed-ports.ts';
import { manifest } from '../../support/manifests.ts';
import { inputOf } from '../../support/mesh.ts';
import { findingsIn } from '../../support/rules.ts';

const service = `---
apiVersion: v1
kind: Service
metadata: {name: gate, namespace: edge}
spec: {selector: {istio: ingress}, clusterIP: 10.96.0.99, ports: [{name: http, port: 80}]}
`;
const gateway = (port: number): string =>
  manifest(
    'Gateway',
    'public',
    `{selector: {istio: ingress}, servers: [{port: {number: ${port}, name: http, protocol: HTTP}, hosts: [a.example]}]}`,
    { namespace: 'edge' },
  );
/** What is told of port 8081 where the base has these objects. */
const told = (base: string): string[] => {
  const closed = findingsIn(`${service}${gateway(8081)}`, { infos: true }).filter(({ code }) => code === 'MESH0183');
  return asClosed(closed, inputOf(base).resources).map(
    ({ severity, effect }) => `${severity}: ${effect.split(';')[0]}`,
  );
};

it('warns of a server that moves away from a port that was open', () => {
  expect(told(gateway(80))).toEqual(['warning: what comes in on port 80, as before, is refused']);
});

it('makes a note of a server that is new', () => {
  expect(told('')).toEqual(['info: the port can be reached at the address of the pod only.']);
});
