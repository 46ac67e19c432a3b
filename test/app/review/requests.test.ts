import { expect, it } from 'vitest';
import { compiledMesh } from '../../../src/app/check/compiled-mesh.ts';
import { effectiveChanges } from '../../../src/app/review/effective-changes.ts';
import { differingRequests } from '../../../src/app/review/requests.ts';
import { manifest } from '../../support/manifests.ts';
import { inputOf, podYaml } from '../../support/mesh.ts';

const gateway = (protocol: string, port: number, tls: string): string =>
  manifest(
    'Gateway',
    'public',
    `{selector: {istio: ingress}, servers: [{port: {number: ${port}, name: web, protocol: ${protocol}}, hosts: [shop.example]${tls}}]}`,
    { namespace: 'edge' },
  );
const redirect = (path: string): string =>
  manifest(
    'VirtualService',
    'www',
    `{hosts: [shop.example], gateways: [edge/public], http: [{match: [{uri: {prefix: /old}}], redirect: {uri: ${path}}}]}`,
  );
const gate = podYaml('edge/gate', { labels: { istio: 'ingress' }, addresses: ['10.0.0.99'], gateway: true });
const curls = (server: string): string[] => {
  const mesh = (path: string) => compiledMesh(inputOf(`${gate}${server}${redirect(path)}`), () => true);
  const [base, head] = [mesh('/a'), mesh('/b')];
  return differingRequests(base, head, effectiveChanges(base, head)).map(({ curl }) => curl);
};

it('shows a request with SNI where the gateway ends TLS', () => {
  const https = gateway('HTTPS', 443, ', tls: {mode: SIMPLE, credentialName: shop}');
  expect(curls(https)).toEqual([`curl -ik --resolve 'shop.example:443:'"$GATEWAY" 'https://shop.example:443/old'`]);
});

it('shows one with a Host header in plain text', () => {
  expect(curls(gateway('HTTP', 80, ''))).toEqual([`curl -i -H 'Host: shop.example' "http://$GATEWAY:80"'/old'`]);
});
