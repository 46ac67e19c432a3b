import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const gateway = (name: string, host: string, credential: string, port = 443): string =>
  manifest(
    'Gateway',
    name,
    `{selector: {istio: ingress}, servers: [{port: {number: ${port}, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: ${credential}}, hosts: [${host}]}]}`,
    { namespace: 'edge', created: name === 'a' ? '2024-02-01T00:00:00Z' : '2024-03-01T00:00:00Z' },
  );
const told = (yaml: string) =>
  findingsIn(yaml, { infos: true })
    .filter(({ code }) => code === 'MESH0197')
    .map(({ severity, resource, field, proxies }) => `${severity} ${resource} ${field} ${proxies}`);

it('notes one certificate for two servers of a port', () => {
  expect(told(gateway('a', 'a.example', 'wild') + gateway('b', 'b.example', 'wild'))).toEqual([
    'info Gateway edge/b spec.servers[0].tls.credentialName edge/gate',
  ]);
  expect(told(gateway('a', 'a.example', 'one') + gateway('b', 'b.example', 'two'))).toEqual([]);
  expect(told(gateway('a', 'a.example', 'wild') + gateway('b', 'b.example', 'wild', 8443))).toEqual([]);
});
