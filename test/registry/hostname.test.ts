import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HostIndex,
  hostsOverlap,
  isSubsetOf,
  resolveGatewayName,
  resolveShortName,
} from '../../src/registry/hostname.ts';

describe('host names', () => {
  it.each([
    ['foo.com', 'foo.com', true],
    ['foo.com', 'bar.com', false],
    ['*.com', 'foo.com', true],
    ['bar.com', '*.com', true],
    ['*.foo.com', 'foo.com', false],
    ['*', 'foo.com', true],
    ['*', '*.com', true],
    ['*.a.com', '*.b.com', false],
  ])('%s and %s overlap: %s', (a, b, overlap) => {
    expect(hostsOverlap(a, b)).toBe(overlap);
  });

  it.each([
    ['foo.com', '*.com', true],
    ['*.com', 'foo.com', false],
    ['*.foo.com', '*.com', true],
    ['*.com', '*.foo.com', false],
    ['foo.com', 'foo.com', true],
  ])('%s lies within %s: %s', (host, other, within) => {
    expect(isSubsetOf(host, other)).toBe(within);
  });

  it('overlaps wherever one lies within the other', () => {
    const host = fc.array(fc.constantFrom('a', 'b', '*'), { minLength: 1, maxLength: 3 }).map((labels) => {
      const [first, ...rest] = labels;
      return [first, ...rest.map((label) => (label === '*' ? 'c' : label))].join('.');
    });
    fc.assert(fc.property(host, host, (a, b) => !isSubsetOf(a, b) || (hostsOverlap(a, b) && hostsOverlap(b, a))));
  });

  it.each([
    ['cart', 'cart.shop.svc.cluster.local'],
    ['cart.other', 'cart.other'],
    ['*', '*'],
    ['10.0.0.1', '10.0.0.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['', ''],
  ])('resolves %s to %s', (host, resolved) => {
    expect(resolveShortName(host, 'shop', 'cluster.local')).toBe(resolved);
  });

  it.each([
    ['edge', 'shop/edge'],
    ['./edge', 'shop/edge'],
    ['istio-ingress/edge', 'istio-ingress/edge'],
    ['edge.istio-ingress', 'istio-ingress/edge'],
    ['edge.istio-ingress.svc.cluster.local', 'istio-ingress/edge'],
  ])('resolves the gateway %s to %s', (gateway, resolved) => {
    expect(resolveGatewayName(gateway, 'shop')).toBe(resolved);
  });
});

describe('HostIndex', () => {
  const index = new HostIndex<string>();
  for (const host of ['*', '*.com', '*.shop.com', 'a.shop.com', '*.a.shop.com']) index.set(host, host);

  it.each([
    ['a.shop.com', 'a.shop.com'],
    ['b.shop.com', '*.shop.com'],
    ['b.a.shop.com', '*.a.shop.com'],
    ['shop.com', '*.com'],
    ['shop.org', '*'],
    ['*.shop.com', '*.shop.com'],
    ['*.b.shop.com', '*.shop.com'],
  ])('finds for %s the most specific: %s', (host, found) => {
    expect(index.mostSpecific(host)).toBe(found);
  });

  it('finds nothing where no name covers the host', () => {
    const one = new HostIndex<number>();
    one.set('*.com', 1);
    expect(one.mostSpecific('shop.org')).toBeUndefined();
  });
});
