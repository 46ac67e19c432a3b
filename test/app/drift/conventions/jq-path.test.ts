import { describe, expect, it } from 'vitest';
import { parseJqPath, placesOf } from '../../../../src/app/drift/conventions/jq-path.ts';
import { formatPath } from '../../../../src/model/json.ts';

const object = {
  metadata: { annotations: { 'a/b': 'x' } },
  spec: {
    http: [
      { name: 'a', timeout: '1s', route: [{ weight: 1 }, {}] },
      { name: 'b', route: [{ weight: 2 }] },
    ],
  },
};

describe('expressions of jq', () => {
  it.each<[string, string[]]>([
    ['.spec.http', ['spec.http']],
    ['.spec.http[].timeout', ['spec.http[0].timeout']],
    ['.spec.http[].route[].weight', ['spec.http[0].route[0].weight', 'spec.http[1].route[0].weight']],
    ['.spec.http[1].route[0]', ['spec.http[1].route[0]']],
    ['.spec.http[]?.route?', ['spec.http[0].route', 'spec.http[1].route']],
    ['.metadata.annotations["a/b"]', ['metadata.annotations.a/b']],
    ['.metadata.annotations."a/b"', ['metadata.annotations.a/b']],
    ['.spec.http[] | select(.name == "b") | .route', ['spec.http[1].route']],
    ['.spec.http[] | select(.name == "b").route[].weight', ['spec.http[1].route[0].weight']],
    ['.spec.nothing[].x', []],
  ])('%s', (text, expected) => {
    const path = parseJqPath(text);
    expect(path && placesOf(object, path).map(formatPath)).toEqual(expected);
  });

  it.each([
    'del(.spec)',
    '.. | .weight?',
    '.spec.http[] | select(.name | test("a"))',
    '.spec.http[1:]',
    '.a + .b',
    '',
    '.',
  ])('%s is not evaluated', (text) => {
    expect(parseJqPath(text)).toBeUndefined();
  });
});
