import { expect, it } from 'vitest';
import { withRefusals } from '../../../src/app/drift/refusals.ts';
import { readManifest } from '../../../src/source/manifest.ts';
import { manifest } from '../../support/manifests.ts';
import { meshOf } from '../../support/mesh.ts';
import { aFinding } from '../../support/reports.ts';

const refusedIn = (yaml: string) => {
  const [git] = readManifest('a.yaml', yaml, { namespace: 'shop' }).resources;
  if (!git) throw new Error('no object');
  return withRefusals([aFinding({ fix: 'apply it.', related: [] })], git, meshOf(''));
};

it('an object that is not applied says what is refused in it', () => {
  expect(refusedIn(manifest('DestinationRule', 'cart', '{hosts: [cart]}'))).toMatchObject([
    {
      fix: 'correct it first: it is refused, or parts of it dropped; then apply it.',
      related: [
        { message: expect.stringMatching(/spec has no host.*\(MESH0171\)/), location: { file: 'a.yaml' } },
        { message: expect.stringMatching(/spec\.hosts is no field.*\(MESH0170\)/), location: { line: 5 } },
      ],
    },
  ]);
  const star = '{hosts: ["*"], http: [{route: [{destination: {host: cart}}]}]}';
  expect(refusedIn(manifest('VirtualService', 'cart', star))).toMatchObject([
    { related: [{ message: expect.stringContaining('MESH0174') }] },
  ]);
});

it('and is left as it is where nothing is', () => {
  expect(refusedIn(manifest('DestinationRule', 'cart', '{host: cart}'))).toMatchObject([
    { fix: 'apply it.', related: [] },
  ]);
});
