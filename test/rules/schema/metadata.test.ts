import { describe, expect, it } from 'vitest';
import { metadataViolations } from '../../../src/rules/schema/metadata.ts';

const places = (metadata: object): string[] => metadataViolations(metadata).map(({ path }) => path.join('|'));

describe('names and labels', () => {
  it('are refused as Kubernetes refuses them', () => {
    const long = 'a'.repeat(64);
    for (const name of ['Reviews', 'a_b', '-a', 'a.', 'a..b', 'a/b', '__proto__', 'a'.repeat(254)])
      expect(places({ name }), name).toEqual(['metadata|name']);
    for (const namespace of ['Shop', 'a.b', 'a_b', long]) expect(places({ namespace })).toEqual(['metadata|namespace']);
    expect(places({ labels: { a: 'x y', b: '-x', c: 'x/y', d: long } })).toHaveLength(4);
    for (const key of ['a b', 'a/b/c', '/a', 'A.b/c', long, '__proto__x_'])
      expect(places({ labels: { [key]: 'x' } }), key).toEqual([`metadata|labels|${key}`]);
    expect(places({ annotations: { 'a b': 'x y' } })).toEqual(['metadata|annotations|a b']);
  });

  it('are taken as Kubernetes takes them, or where they are not known yet', () => {
    expect(
      places({
        name: 'a.b-c.1',
        namespace: 'shop-1',
        labels: { 'a.b/C_d': 'X.y_z', e: '' },
        annotations: { 'A.b/C': 'any thing at all\n' },
      }),
    ).toEqual([]);
    const later = ['$', '{NAME}'].join('');
    expect(places({ name: `a-${later}`, namespace: later, labels: { [later]: later } })).toEqual([]);
    expect(metadataViolations(undefined)).toEqual([]);
    expect(places({ name: 5, labels: [], annotations: 'x' })).toEqual([]);
  });
});
