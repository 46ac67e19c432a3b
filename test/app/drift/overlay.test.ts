import { expect, it } from 'vitest';
import { differencesOf } from '../../../src/app/drift/objects.ts';
import { withField } from '../../../src/app/drift/overlay.ts';
import { manifest } from '../../support/manifests.ts';
import { inputOf } from '../../support/mesh.ts';

const route = (match: string) => {
  const yaml = manifest('VirtualService', 'a', `{hosts: [a], http: [{match: [${match}], timeout: 1s}]}`);
  const [resource] = inputOf(yaml).resources.filter(({ kind }) => kind === 'VirtualService');
  return resource!;
};

it('puts a switched field right by taking the other one away', () => {
  const [git, live] = [
    route('{uri: {prefix: /a}, ignoreUriCase: true}'),
    route('{uri: {exact: /a/b}, ignoreUriCase: true}'),
  ];
  const [difference, ...more] = differencesOf(git, live);
  expect(more).toEqual([]);
  expect(withField(live, difference!).spec).toEqual(git.spec);
  // What is live stays as it is.
  expect(live.spec).toEqual(route('{uri: {exact: /a/b}, ignoreUriCase: true}').spec);
});
