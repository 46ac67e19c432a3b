import { expect, it } from 'vitest';
import { proxyFromEnvironment } from '../../../src/io/kube/proxy-env.ts';

const proxy = 'http://proxy:3128';

it.each<[server: string, env: Record<string, string>, expected: string | undefined]>([
  ['https://api.example', {}, undefined],
  ['https://api.example', { HTTPS_PROXY: proxy }, proxy],
  ['https://api.example', { https_proxy: 'proxy:3128' }, proxy],
  ['https://api.example', { HTTPS_PROXY: proxy, https_proxy: 'http://other' }, proxy],
  ['https://api.example', { HTTP_PROXY: proxy }, undefined],
  ['http://api.example', { HTTP_PROXY: proxy }, proxy],
  ['https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://api.example', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
  ['https://api.example', { HTTPS_PROXY: proxy, NO_PROXY: 'example' }, undefined],
  ['https://api.example', { HTTPS_PROXY: proxy, NO_PROXY: 'a, .example' }, undefined],
  ['https://api.example', { HTTPS_PROXY: proxy, NO_PROXY: '*.example' }, undefined],
  ['https://example', { HTTPS_PROXY: proxy, NO_PROXY: '.example' }, proxy],
  ['https://myexample', { HTTPS_PROXY: proxy, NO_PROXY: 'example' }, proxy],
  ['https://api.example', { HTTPS_PROXY: proxy, no_proxy: 'api.example:443' }, undefined],
  ['https://api.example:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'api.example:443' }, proxy],
  ['https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, proxy],
  ['https://[fd00::7]', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/16' }, undefined],
  ['https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.1.2.3' }, undefined],
])('%s with %j goes through %s', (server, env, expected) => {
  expect(proxyFromEnvironment(new URL(server), env)).toBe(expected);
});
