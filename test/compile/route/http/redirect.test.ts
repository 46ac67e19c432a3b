import { describe, expect, it } from 'vitest';
import { redirectAction } from '../../../../src/compile/route/http/redirect.ts';

const plain = { port: 8080, isTls: false, prefixInUri: false };

describe('redirects', () => {
  it('moves permanently where no code is given', () => {
    expect(redirectAction({ uri: '/v2', authority: 'shop.example.com' }, plain)).toEqual({
      path_redirect: '/v2',
      host_redirect: 'shop.example.com',
      response_code: 'MOVED_PERMANENTLY',
    });
  });

  it('knows the codes that Envoy has, and no action for another', () => {
    expect(redirectAction({ redirectCode: 308 }, plain)).toEqual({
      path_redirect: '',
      response_code: 'PERMANENT_REDIRECT',
    });
    expect(redirectAction({ redirectCode: 304 }, plain)).toBeUndefined();
  });

  it("leaves out the scheme's own port, that of the request taken by what is served here", () => {
    expect(redirectAction({ scheme: 'https', port: 443 }, plain)).not.toHaveProperty('port_redirect');
    expect(redirectAction({ scheme: 'https', port: 8443 }, plain)).toHaveProperty('port_redirect', 8443);
    expect(redirectAction({ derivePort: 'FROM_REQUEST_PORT' }, plain)).toHaveProperty('port_redirect', 8080);
    const tls = { port: 443, isTls: true, prefixInUri: false };
    expect(redirectAction({ derivePort: 'FROM_REQUEST_PORT' }, tls)).not.toHaveProperty('port_redirect');
    expect(redirectAction({ derivePort: 'FROM_PROTOCOL_DEFAULT' }, plain)).not.toHaveProperty('port_redirect');
  });

  it('replaces a prefix', () => {
    expect(redirectAction({ uri: '%PREFIX()%/new' }, { ...plain, prefixInUri: true })).toHaveProperty(
      'prefix_rewrite',
      '/new',
    );
    expect(redirectAction({ prefixRewrite: '/new' }, plain)).toHaveProperty('prefix_rewrite', '/new');
    expect(redirectAction({ uri: '%PREFIX()%/new' }, plain)).toHaveProperty('path_redirect', '%PREFIX()%/new');
  });
});
