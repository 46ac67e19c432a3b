import { describe, expect, it } from 'vitest';
import type { Message, Route } from '../../../src/model/envoy.ts';
import { shadowedRoutes } from '../../../src/rules/language/shadow.ts';

const route = (match: Message): Route => ({ match });
const shadowed = (...matches: Message[]): number[] => [...shadowedRoutes(matches.map(route)).keys()];
const header = (name: string, value: Message): Message => ({ name, string_match: value });

describe('shadowedRoutes', () => {
  it.each<[string, Message, Message]>([
    ['a prefix and an exact path below it', { prefix: '/items' }, { path: '/items/sale' }],
    [
      'a prefix and the same prefix with a condition',
      { prefix: '/items' },
      { prefix: '/items', headers: [header('x', { exact: '1' })] },
    ],
    ['a regex and a prefix within it', { safe_regex: { regex: '/api/.*' } }, { prefix: '/api/v2/' }],
    ['a regex for all and a prefix for all', { safe_regex: { regex: '.*' } }, { prefix: '/' }],
    ['all paths and a regex that needs no slash', { prefix: '/' }, { safe_regex: { regex: '.*' } }],
    ['alternatives and one of them', { safe_regex: { regex: '/(a|b)(/.*)?' } }, { path: '/b/c' }],
    ['folded case and one spelling', { prefix: '/Items', case_sensitive: false }, { path: '/iTEMS' }],
    ['a path segment and a path below it', { path_separated_prefix: '/a' }, { prefix: '/a/' }],
    [
      'a header that is there and one with a value',
      { prefix: '/', headers: [{ name: 'x', present_match: true }] },
      { prefix: '/', headers: [header('x', { prefix: 'a' })] },
    ],
    [
      'a prefix of a header and a longer one',
      { prefix: '/', headers: [header('x', { prefix: 'a' })] },
      { prefix: '/', headers: [header('x', { exact: 'abc' })] },
    ],
    ['a digit class and a number', { safe_regex: { regex: '/v\\d+/x' } }, { path: '/v12/x' }],
    ['bounded repetition', { safe_regex: { regex: '/[a-z]{2,4}' } }, { safe_regex: { regex: '/[a-c]{3}' } }],
  ])('proves %s', (_, first, second) => {
    expect(shadowed(first, second)).toEqual([1]);
  });

  it.each<[string, Message, Message]>([
    ['an exact path before its prefix', { path: '/items' }, { prefix: '/items' }],
    ['a condition that the second has not', { prefix: '/', headers: [header('x', { exact: '1' })] }, { prefix: '/' }],
    ['a regex that needs a character more', { safe_regex: { regex: '/api/.+' } }, { prefix: '/api/' }],
    ['a path segment and a longer name', { path_separated_prefix: '/a' }, { prefix: '/ab' }],
    ['another spelling', { prefix: '/items' }, { prefix: '/Items' }],
    [
      'an inverted condition',
      { prefix: '/', headers: [{ ...header('x', { exact: '1' }), invert_match: true }] },
      { prefix: '/', headers: [header('x', { exact: '2' })] },
    ],
    ['an expression that is not understood', { safe_regex: { regex: '(?i)/api.*' } }, { prefix: '/api' }],
    ['a match with a field that is not understood', { prefix: '/', grpc: {} }, { prefix: '/x' }],
    [
      'different query parameters',
      { prefix: '/', query_parameters: [header('a', { exact: '1' })] },
      { prefix: '/', query_parameters: [header('b', { exact: '1' })] },
    ],
  ])('leaves alone %s', (_, first, second) => {
    expect(shadowed(first, second)).toEqual([]);
  });

  it('proves what several earlier routes take together', () => {
    expect(shadowed({ prefix: '/a' }, { prefix: '/b' }, { safe_regex: { regex: '/[ab].*' } })).toEqual([2]);
  });
});
