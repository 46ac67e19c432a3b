import { describe, expect, it } from 'vitest';
import type { SideReport } from '../../../src/app/route/side.ts';
import { type ValidatorExpectation, validatorMistakes } from '../../../src/app/route/validator-expectation.ts';

const side = {
  status: 200,
  location: null,
  clusters: [{ cluster: 'outbound|80|v1|cart.shop.svc.cluster.local', weight: 1, headers: [], responseHeaders: [] }],
  rewrittenPath: '/lines/7?a=1',
  rewrittenHost: 'cart.shop',
  fault: { abort: { httpStatus: 403, grpcStatus: null, percent: 10 }, delay: { time: '0.250s', percent: 100 } },
  headers: [{ name: 'x-env', action: 'set', value: 'prod' }],
  responseHeaders: [{ name: 'server', action: 'remove', value: null }],
  decidedBy: [{ resource: 'VirtualService shop/cart-routes', field: 'spec.http[0]', location: null, what: '' }],
} as unknown as SideReport;
const redirected = { ...side, status: 302, location: 'https://shop.example:8443/new?x=1' } as SideReport;
const judge = (part: Omit<ValidatorExpectation, 'want'>, of = side): string[] =>
  validatorMistakes({ want: true, ...part }, of, 'http://shop.example/cart/7?a=1');

describe("what istio-config-validator's tests expect", () => {
  it.each<[Omit<ValidatorExpectation, 'want'>, Omit<ValidatorExpectation, 'want'>]>([
    [
      { route: [{ destination: { host: 'cart', subset: 'v1', port: { number: 80 } } }] },
      { route: [{ destination: { host: 'cart', subset: 'v2' } }] },
    ],
    [
      { route: [{ destination: { host: 'cart', subset: 'v1' }, headers: { request: { set: { 'x-env': 'prod' } } } }] },
      { route: [{ destination: { host: 'cart', subset: 'v1' }, headers: { request: { set: { 'x-env': 'lab' } } } }] },
    ],
    [{ rewrite: { uri: '/lines', authority: 'cart.shop' } }, { rewrite: { uri: '/other' } }],
    [
      { rewrite: { uriRegexRewrite: { match: '^/cart/(.*)', rewrite: '/lines/\\1' } } },
      { rewrite: { uriRegexRewrite: { match: '^/cart/(.*)', rewrite: '/\\1' } } },
    ],
    [
      { fault: { abort: { httpStatus: 403, percentage: { value: 10 } }, delay: { fixedDelay: '250ms' } } },
      { fault: { abort: { httpStatus: 403, percentage: { value: 100 } } } },
    ],
    [
      { headers: { request: { set: { 'X-Env': 'prod' } }, response: { remove: ['server'] } } },
      { headers: { request: { add: { 'x-env': 'prod' } } } },
    ],
    [{ delegate: { name: 'cart-routes', namespace: 'shop' } }, { delegate: { name: 'cart-routes', namespace: 'web' } }],
  ])('takes %j and not %j', (right, wrong) => {
    expect(judge(right)).toEqual([]);
    expect(judge(wrong)).toHaveLength(1);
  });

  it('holds a redirect against status and Location', () => {
    const redirect = { scheme: 'https', authority: 'shop.example', port: 8443, uri: '/new', redirectCode: 302 };
    expect(judge({ redirect }, redirected)).toEqual([]);
    for (const wrong of [
      { redirectCode: 301 },
      { uri: '/old' },
      { authority: 'other' },
      { port: 80 },
      { scheme: 'http' },
    ])
      expect(judge({ redirect: { ...redirect, ...wrong } }, redirected)).toHaveLength(1);
    expect(judge({ redirect })[0]).toMatch(/^redirect is none, expected/);
  });

  it('wants none of the parts where wantMatch is false', () => {
    const of = (part: object) => validatorMistakes({ want: false, ...part }, side, 'http://shop.example/cart/7');
    expect(of({ delegate: { name: 'x' }, fault: { abort: { httpStatus: 500 } } })).toEqual([]);
    expect(of({ delegate: { name: 'x' }, fault: { abort: { httpStatus: 403 } } })[0]).toMatch(/which it must not be/);
  });
});
