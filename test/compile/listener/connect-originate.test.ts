import { describe, expect, it } from 'vitest';
import { compileListeners } from '../../../src/compile/listener/index.ts';
import type { Listener } from '../../../src/model/envoy.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';
import { lastFilter } from '../../support/outbound.ts';

function tunnel(environment: Record<string, string>): Listener | undefined {
  const registry = meshOf(podYaml('shop/client'), { environment, mesh: { accessLogFile: '/dev/stdout' } });
  return compileListeners(proxyOf(registry, 'shop/client'), registry).find(({ name }) => name === 'connect_originate');
}

describe('the listener of HBONE tunnels', () => {
  it('exists in ambient meshes only, unless sending is turned off', () => {
    expect(tunnel({})).toBeUndefined();
    expect(tunnel({ PILOT_ENABLE_SENDING_HBONE: 'true' })).toBeUndefined();
    expect(tunnel({ PILOT_ENABLE_AMBIENT: 'true', PILOT_ENABLE_SENDING_HBONE: 'false' })).toBeUndefined();
    expect(tunnel({ PILOT_ENABLE_AMBIENT: 'true' })?.['internal_listener']).toEqual({});
  });

  it('asks for the original destination and logs failures only', () => {
    const proxy = lastFilter(tunnel({ PILOT_ENABLE_AMBIENT: 'true' })?.filter_chains?.[0]);
    expect(proxy['tunneling_config']).toEqual({ hostname: '%DOWNSTREAM_LOCAL_ADDRESS%' });
    expect(proxy['access_log'][0].filter).toEqual({ response_flag_filter: { flags: ['UF'] } });
  });
});
