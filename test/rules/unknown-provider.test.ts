import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const mesh: JsonObject = {
  extensionProviders: [
    { name: 'opa', envoyExtAuthzHttp: { service: 'cart.shop.svc.cluster.local', port: 8080 } },
    { name: 'lost', envoyExtAuthzGrpc: { service: 'opa.nowhere.svc.cluster.local', port: 9000 } },
    { name: 'log', envoyFileAccessLog: { path: '/dev/stdout' } },
  ],
};
const told = (yaml: string, options = { mesh }) =>
  findingsIn(yaml, { ...options, infos: true }).map(({ code, severity, field }) => [code, severity, field]);
const custom = (provider: string): string =>
  manifest('AuthorizationPolicy', 'asked', `{action: CUSTOM, provider: {name: ${provider}}, rules: [{}]}`);
const telemetry = (provider: string): string =>
  manifest('Telemetry', 'logs', `{accessLogging: [{providers: [{name: ${provider}}]}]}`);

describe('providers', () => {
  it('tells one of a CUSTOM policy that is not there, or whose service is not', () => {
    expect(told(custom('oppa'))).toEqual([['MESH0184', 'error', 'spec.provider.name']]);
    const [found] = findingsIn(custom('lost'), { mesh });
    expect(found?.message).toContain('whose service opa.nowhere.svc.cluster.local does not exist');
    expect(told(custom('opa'))).toEqual([]);
  });

  it('tells one of a Telemetry, whatever the case of its letters', () => {
    expect(told(telemetry('stdout'))).toEqual([['MESH0184', 'warning', 'spec.accessLogging[0].providers[0].name']]);
    expect(told(telemetry('LOG'))).toEqual([]);
  });

  it('is silent where the mesh config is not known', () => {
    expect(told(telemetry('stdout'), { mesh: {} })).toEqual([]);
  });
});
