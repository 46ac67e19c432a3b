import { expect, it } from 'vitest';
import { compiledMesh } from '../../../src/app/check/compiled-mesh.ts';
import { effectiveChanges } from '../../../src/app/review/effective-changes.ts';
import { differingRequests } from '../../../src/app/review/requests.ts';
import { objectYaml, sliceYaml } from '../../support/clusters.ts';
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
  expect(curls(https)).toEqual([`curl -ik --connect-to "::$GATEWAY:443" 'https://shop.example:443/old'`]);
});

it('shows one with a Host header in plain text', () => {
  expect(curls(gateway('HTTP', 80, ''))).toEqual([`curl -i -H 'Host: shop.example' "http://$GATEWAY:80"'/old'`]);
});

const web = (name: string, address: string): string =>
  podYaml(`shop/${name}`, {
    labels: { app: 'web', version: name.slice(-2), 'security.istio.io/tlsMode': 'istio' },
    addresses: [address],
  });
const service = [
  podYaml('shop/client', { labels: { app: 'client' }, addresses: ['10.0.0.9'] }),
  web('web-v1', '10.0.0.1'),
  web('web-v2', '10.0.0.2'),
  objectYaml('Service', 'web', {
    clusterIP: '10.1.0.1',
    ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    selector: { app: 'web' },
  }),
  sliceYaml('web', { http: 8080 }, { 'web-v1': '10.0.0.1', 'web-v2': '10.0.0.2' }),
]
  .join('')
  // As the API server fills it in.
  .replaceAll('"containers":', '"serviceAccountName":"default","containers":');
const settings = {
  rootNamespace: 'istio-system',
  trustDomain: 'cluster.local',
  outboundTrafficPolicy: { mode: 'ALLOW_ANY' },
};
const told = (before: string, after: string): string[] => {
  const [base, head] = [before, after].map((more) =>
    compiledMesh(inputOf(`${service}${more}`, { mesh: settings }), () => true),
  ) as [ReturnType<typeof compiledMesh>, ReturnType<typeof compiledMesh>];
  return differingRequests(base, head, effectiveChanges(base, head)).map(
    (it) => `${it.base} before, ${it.head} after${it.breaks ? ': breaks' : ''}`,
  );
};
const rule = (policy: string, second = 'v2'): string =>
  manifest(
    'DestinationRule',
    'web',
    `{host: web, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: ${second}}}]${policy}}`,
  );

it('takes endpoints that outlier detection may eject for healthy', () => {
  expect(told(rule(''), rule(', trafficPolicy: {outlierDetection: {consecutive5xxErrors: 3}}'))).toEqual([]);
});

it('says with which chance requests fail, and that the change breaks them', () => {
  const split = manifest(
    'VirtualService',
    'web',
    '{hosts: [web], http: [{route: [{destination: {host: web, subset: v1}, weight: 95}, {destination: {host: web, subset: v2}, weight: 5}]}]}',
  );
  const shares = 'outbound|80|v1|web.shop.svc.cluster.local (0.95), outbound|80|v2|web.shop.svc.cluster.local (0.05)';
  expect(told(`${split}${rule('')}`, `${split}${rule('', 'v3')}`)).toEqual([
    `200 from ${shares} before, 95 % 200, 5 % 503 UH from ${shares} after: breaks`,
  ]);
});

it('says where requests are passed on to that leave the mesh', () => {
  const entry = (more: string): string =>
    manifest(
      'ServiceEntry',
      'stock',
      `{hosts: [stock.test], addresses: [192.0.2.10], ports: [{number: 80, name: http, protocol: HTTP}], ${more}}`,
    );
  expect(told(entry('resolution: STATIC, endpoints: [{address: 198.51.100.7}]'), entry('resolution: NONE'))).toEqual([
    'passed on to 198.51.100.7:80 through outbound|80||stock.test before, passed on to 192.0.2.10:80 through outbound|80||stock.test after',
  ]);
});

it('sends requests for a Service that a Sidecar hides to its address all the same', () => {
  const sidecar = manifest('Sidecar', 'default', '{egress: [{hosts: ["istio-system/*"]}]}');
  expect(told('', sidecar)).toContain(
    '200 from outbound|80||web.shop.svc.cluster.local before, passed on to web.shop.svc.cluster.local (10.1.0.1:80) through PassthroughCluster after',
  );
});
