import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatPath, type Path, parsePath } from '../../src/model/json.ts';

it.each<[Path, string]>([
  [['spec', 'http', 0, 'route', 12, 'weight'], 'spec.http[0].route[12].weight'],
  [['data', 'mesh.yaml'], 'data["mesh.yaml"]'],
  [['spec', 'http', 0, 'headers', 'x"y', 'exact'], 'spec.http[0].headers["x\\"y"].exact'],
  [['metadata', 'labels', 'istio.io/rev'], 'metadata.labels.istio.io/rev'],
  [['metadata', 'annotations', 'sidecar.istio.io/inject'], 'metadata.annotations.sidecar.istio.io/inject'],
  [['spec', 'template', 'metadata', 'labels', 'istio.io/rev'], 'spec.template.metadata.labels["istio.io/rev"]'],
  [[], ''],
])('%j is written as %s', (path, text) => {
  expect(formatPath(path)).toBe(text);
  expect(parsePath(text)).toEqual(path);
});

it('reads what it wrote', () => {
  // What looks like a number is one in a list, and stays a text nowhere else.
  const key = fc.string({ unit: 'binary', minLength: 1 }).filter((it) => !/^\d+$/.test(it));
  const root = fc.constantFrom<Path>(['spec'], ['metadata', 'labels'], ['metadata', 'annotations'], []);
  const rest = fc.array(fc.oneof(key, fc.nat(20)), { maxLength: 4 });
  fc.assert(
    fc.property(root, rest, (before, after) => {
      const path = [...before, ...after];
      // A label's value holds nothing below it.
      fc.pre(before[0] !== 'metadata' || (path.length <= 3 && typeof path[2] !== 'number'));
      expect(parsePath(formatPath(path))).toEqual(path);
    }),
  );
});
