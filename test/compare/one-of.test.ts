import { describe, expect, it } from 'vitest';
import { emptyComparison, Walk } from '../../src/compare/walk.ts';
import { OneOf } from '../../src/model/one-of.ts';

function compare(expected: unknown, live: unknown) {
  const result = emptyComparison();
  new Walk('endpoint', 'a', result).compare(expected, live);
  return result;
}

describe('a value of several', () => {
  const open = () => ({ health_status: new OneOf('HEALTHY', 'UNHEALTHY') });

  it('equals each of them and is compared', () => {
    for (const health_status of ['HEALTHY', 'UNHEALTHY']) {
      const { differences, compared, notCompared } = compare(open(), { health_status });
      expect(differences).toEqual([]);
      expect(compared.leaves).toBe(1);
      expect(notCompared.size).toBe(0);
    }
  });

  it('differs as the usual one from anything else', () => {
    const [difference] = compare(open(), { health_status: 'DEGRADED' }).differences;
    expect(difference).toMatchObject({ kind: 'changed', expected: 'HEALTHY', live: 'DEGRADED' });
  });

  it('may be absent', () => {
    const maybe = () => ({ a: new OneOf(undefined, { b: 'c' }) });
    expect(compare(maybe(), {}).differences).toEqual([]);
    expect(compare(maybe(), { a: { b: 'c' } }).differences).toEqual([]);
    expect(compare(maybe(), { a: { b: 'd' } }).differences).toHaveLength(1);
  });

  it('is the usual one between two compiled sides', () => {
    expect(compare({ a: new OneOf('x', 'y') }, { a: new OneOf('x', 'z') }).differences).toEqual([]);
    expect(compare({ a: new OneOf('x', 'y') }, { a: new OneOf('y', 'x') }).differences).toHaveLength(1);
  });
});
