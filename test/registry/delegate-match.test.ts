import { describe, expect, it } from 'vitest';
import { matchConflict, mergeMatch } from '../../src/registry/delegate-match.ts';

describe('a match of a delegate', () => {
  it.each([
    [{ uri: { prefix: '/a' } }, { uri: { prefix: '/a/b' } }, false],
    [{ uri: { prefix: '/a/b' } }, { uri: { prefix: '/a' } }, true],
    [{ uri: { prefix: '/a' } }, { uri: { exact: '/a/b' } }, false],
    [{ uri: { exact: '/a' } }, { uri: { exact: '/a' } }, false],
    [{ uri: { exact: '/a' } }, { uri: { exact: '/b' } }, true],
    [{ uri: { exact: '/a' } }, { uri: { prefix: '/a' } }, true],
    [{ uri: { regex: '.*' } }, { uri: { exact: '/a' } }, true],
    [{ uri: { prefix: '/a' } }, { uri: { regex: '.*' } }, true],
    [{}, { uri: { regex: '.*' } }, false],
    [{ headers: { a: { exact: '1' } } }, { headers: { a: { exact: '2' } } }, true],
    [{ headers: { a: { exact: '1' } } }, { headers: { b: { exact: '2' } } }, false],
    [{ queryParams: { q: { exact: '1' } } }, { queryParams: { q: { exact: '2' } } }, true],
    [{ port: 80 }, { port: 81 }, true],
    [{ port: 80 }, {}, false],
    [{ ignoreUriCase: true }, {}, true],
    [{ sourceNamespace: 'a' }, {}, true],
    [{ sourceNamespace: 'a' }, { sourceNamespace: 'a' }, false],
    [{ sourceLabels: { app: 'a' } }, { sourceLabels: { app: 'b' } }, true],
    [{ gateways: ['mesh'] }, { gateways: ['mesh', 'x/y'] }, true],
    [{ gateways: ['mesh', 'x/y'] }, { gateways: ['x/y'] }, false],
  ])('%o excludes %o: %s', (root, leaf, conflict) => {
    expect(matchConflict(root, leaf)).toBe(conflict);
  });

  it('wins over its root field by field', () => {
    expect(
      mergeMatch(
        { name: 'r', uri: { prefix: '/' }, headers: { a: { exact: '1' } }, gateways: ['mesh'], port: 80 },
        { name: 'd', uri: { prefix: '/d' }, headers: { b: { exact: '2' } } },
      ),
    ).toEqual({
      name: 'r-d',
      uri: { prefix: '/d' },
      headers: { a: { exact: '1' }, b: { exact: '2' } },
      gateways: ['mesh'],
      port: 80,
    });
  });
});
