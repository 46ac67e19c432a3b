import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeConfigDump } from '../../src/decode/index.ts';

const file = 'fixtures/recordings/1.29/baseline/capture/proxies/shop/frontend-v1-6dddf95df-b695w/config_dump.json';
const dump = JSON.parse(readFileSync(file, 'utf8'));
const type = (name: string) => `type.googleapis.com/envoy.admin.v3.${name}`;
const bootstrap = (id: string) => ({ '@type': type('BootstrapConfigDump'), bootstrap: { node: { id } } });
const listener = (fields: object) => ({
  configs: [
    bootstrap('sidecar~10.0.0.1~p.n~n.svc.cluster.local'),
    { '@type': type('ListenersConfigDump'), dynamic_listeners: [fields] },
  ],
});

describe('a recorded dump', () => {
  const live = decodeConfigDump(dump);

  it('gives what came over xDS', () => {
    expect(live.config.clusters).toHaveLength(26);
    expect(live.config.endpoints).toHaveLength(26);
    expect(live.config.listeners.map(({ name }) => name)).toContain('virtualInbound');
    expect(live.config.routes.map(({ name }) => name)).toContain('8080');
    expect(live.config.clusters[0]).not.toHaveProperty('@type');
  });

  it('keeps the bootstrap and copies of inline routes apart', () => {
    expect(live.statics.cluster).toEqual(expect.arrayContaining(['agent', 'prometheus_stats', 'sds-grpc', 'xds-grpc']));
    expect(live.statics.route).toContain('InboundPassthroughCluster');
    expect(live.node?.id).toMatch(/^sidecar~/);
    expect(live.versions.listener).toMatch(/^2026-/);
    expect(live.absent).toEqual([]);
  });
});

describe('states of a listener', () => {
  it('sets one aside that only drains, or that waits to follow another; the first of its name is held as it waits', () => {
    const state = { listener: { '@type': 'x', name: 'l' } };
    const draining = decodeConfigDump(listener({ name: 'l', draining_state: state }));
    expect(draining.config.listeners).toEqual([]);
    expect(draining.aside).toMatchObject([{ type: 'listener', name: 'l', why: 'draining' }]);
    const second = decodeConfigDump(listener({ name: 'l', active_state: state, warming_state: state }));
    expect(second.aside).toMatchObject([{ type: 'listener', name: 'l', why: 'warming' }]);
    const first = decodeConfigDump(listener({ name: 'l', warming_state: state }));
    expect(first.config.listeners).toEqual([{ name: 'l' }]);
    expect(first.aside).toEqual([]);
  });

  it('sets routes aside that only a draining listener asks for', () => {
    const using = (name: string) => ({
      listener: { '@type': 'x', name, filter_chains: [{ rds: { route_config_name: name } }] },
    });
    const live = decodeConfigDump({
      configs: [
        {
          '@type': type('ListenersConfigDump'),
          dynamic_listeners: [
            { name: 'a', active_state: using('a') },
            { name: 'b', draining_state: using('b') },
            { name: 'c', warming_state: using('c') },
          ],
        },
        {
          '@type': type('RoutesConfigDump'),
          dynamic_route_configs: ['a', 'b', 'c'].map((name) => ({ route_config: { name } })),
        },
      ],
    });
    expect(live.config.routes.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(live.aside.filter(({ type }) => type === 'route')).toMatchObject([{ name: 'b', why: 'leftoverRoute' }]);
  });

  it("gives Envoy's own words where it refused one, also one it never had", () => {
    const error_state = { failed_configuration: { '@type': 'x', name: 'virtualInbound', a: 1 }, details: 'bad script' };
    const live = decodeConfigDump(listener({ error_state }));
    expect(live.rejected).toEqual([
      {
        type: 'listener',
        name: 'virtualInbound',
        details: 'bad script',
        lastUpdateAttempt: undefined,
        failedConfiguration: { name: 'virtualInbound', a: 1 },
      },
    ]);
  });
});

describe('what is no dump of a proxy of Istio', () => {
  it.each([
    ['an array', [], /JSON array/],
    ['null', null, /no "configs"/],
    ['another object', { message: 'not found' }, /no "configs"/],
    ['elements that are no sections', { configs: ['x'] }, /no object/],
    ['sections without a type', { configs: [{}] }, /no "@type"/],
    ['no sections of resources', { configs: [bootstrap('sidecar~1~a.b~c')] }, /without clusters/],
    [
      "an Envoy that is not Istio's",
      { configs: [bootstrap('edge-7'), { '@type': type('ClustersConfigDump') }] },
      /not Istio's: its node id "edge-7"/,
    ],
  ])('%s is an error that says so', (_what, value, message) => {
    expect(() => decodeConfigDump(value)).toThrow(message);
  });

  it('names the sections that are absent', () => {
    expect(decodeConfigDump({ configs: [{ '@type': type('ClustersConfigDump') }] }).absent).toEqual([
      'EndpointsConfigDump',
      'ListenersConfigDump',
      'RoutesConfigDump',
    ]);
  });
});
