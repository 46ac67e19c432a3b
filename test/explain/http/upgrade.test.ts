import { describe, expect, it } from 'vitest';
import { allowsUpgrade, upgradeOf } from '../../../src/explain/http/upgrade.ts';
import { readRequest } from '../../../src/explain/index.ts';
import { routeMatch } from '../../../src/explain/match/route-match.ts';

const websocket = ['Connection: keep-alive, Upgrade', 'Upgrade: WebSocket'];
const of = (headers: string[], method = 'GET') => upgradeOf(readRequest('http://chat/ws', headers, method).http);

describe('upgrades', () => {
  it('are asked for by both headers, or by CONNECT', () => {
    expect(of(websocket)).toBe('WebSocket');
    expect(of(['Upgrade: websocket'])).toBeUndefined();
    expect(of(['Connection: Upgrade', 'Upgrade: h2c'])).toBeUndefined();
    expect(of([], 'CONNECT')).toBe('CONNECT');
    expect(of([])).toBeUndefined();
  });

  it('are allowed by the route, which decides where it names the type, else by the connection manager', () => {
    const manager = { upgrade_configs: [{ upgrade_type: 'websocket' }] };
    const route = (enabled: boolean) => ({
      match: {},
      route: { upgrade_configs: [{ upgrade_type: 'WEBSOCKET', enabled }] },
    });
    expect(allowsUpgrade('WebSocket', manager, undefined)).toBe(true);
    expect(allowsUpgrade('websocket', manager, route(false))).toBe(false);
    expect(allowsUpgrade('websocket', {}, route(true))).toBe(true);
    expect(allowsUpgrade('spdy/3.1', manager, route(true))).toBe(false);
    expect(allowsUpgrade('CONNECT', manager, undefined)).toBe(false);
  });

  it('by CONNECT have no path, and only routes that say so take them', () => {
    const { http } = readRequest('http://db:5432/', [], 'CONNECT');
    expect([http.authority, http.path]).toEqual(['db:5432', '']);
    expect(routeMatch({ prefix: '/' }).test(http)).toBe(false);
    expect(routeMatch({ prefix: '/' }).why(http).why).toContain('a CONNECT, which has no path');
    expect(routeMatch({ connect_matcher: {} }).test(http)).toBe(true);
    expect(routeMatch({ connect_matcher: {} }).test(readRequest('http://db/').http)).toBe(false);
  });
});
