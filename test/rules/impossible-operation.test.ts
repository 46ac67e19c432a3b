import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const policy = (operation: string, rest = ''): string =>
  manifest(
    'AuthorizationPolicy',
    'p',
    `{selector: {matchLabels: {app: cart}}, ${rest}rules: [{to: [{operation: {${operation}}}]}]}`,
  );
const told = (yaml: string) =>
  findingsIn(yaml)
    .filter(({ code }) => code === 'MESH0211')
    .map(({ severity, field }) => `${severity} ${field.replace('spec.rules[0].to[0].operation.', '')}`);

it.each([
  ['paths: ["/users/*/items"]', ['error paths[0]']],
  ['paths: ["/items?all=1"]', ['error paths[0]']],
  ['paths: [items]', ['error paths[0]']],
  ['paths: ["/a/*/b", "/c/*"]', ['warning paths[0]']],
  ['methods: [get]', ['error methods[0]']],
  ['methods: [GET, Post]', ['warning methods[1]']],
  ['notPaths: ["/a/*/b"]', ['warning notPaths[0]']],
  ['notMethods: [get], methods: [put]', ['error methods[0]', 'warning notMethods[0]']],
])('tells %s', (operation, expected) => {
  expect(told(policy(operation))).toEqual(expected);
});

it('warns of a DENY policy, and of one of several rules, with what they do', () => {
  const [denies] = findingsIn(policy('methods: [delete]', 'action: DENY, '));
  expect(denies).toMatchObject({ severity: 'warning', effect: 'the entry denies no request.', kind: 'authz' });
  expect(denies?.fix).toBe('write DELETE.');
  const both =
    '{selector: {matchLabels: {app: cart}}, rules: [{to: [{operation: {paths: ["/a/*/b"]}}]}, {from: [{source: {namespaces: [shop]}}]}]}';
  expect(told(manifest('AuthorizationPolicy', 'p', both))).toEqual(['warning paths[0]']);
});

it.each([
  'paths: ["/*", "*.css", "*", "/a*"]',
  'paths: ["/users/{*}/x", "/a/{**}"]',
  'methods: [GET, PURGE, "*"]',
  'methods: [purge]',
])('is silent for %s', (operation) => {
  expect(told(policy(operation))).toEqual([]);
});

it('is silent where the policy selects nobody', () => {
  const nobody = '{selector: {matchLabels: {app: crat}}, rules: [{to: [{operation: {methods: [get]}}]}]}';
  expect(told(manifest('AuthorizationPolicy', 'p', nobody))).toEqual([]);
});
