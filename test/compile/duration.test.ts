import { describe, expect, it } from 'vitest';
import { envoyDuration } from '../../src/compile/duration.ts';
import { durationNanos } from '../../src/model/duration.ts';

describe('durations', () => {
  it.each([
    ['5s', '5s'],
    ['1m30s', '90s'],
    ['500ms', '0.500s'],
    ['1.5s', '1.500s'],
    ['250us', '0.000250s'],
    ['7ns', '0.000000007s'],
    ['0s', '0s'],
    ['0', '0s'],
    ['-1.5s', '-1.500s'],
    ['1h', '3600s'],
  ])('reads %s as Go does and writes %s as Envoy does', (text, shown) => {
    expect(envoyDuration(text)).toBe(shown);
  });

  it.each(['', '5', '2562048h', '+', '.s', 's', '5 s', '1d', 'abc', 5, null, undefined])(
    'takes %s for no duration',
    (value) => {
      expect(durationNanos(value)).toBeUndefined();
    },
  );
});
