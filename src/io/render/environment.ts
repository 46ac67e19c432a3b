/**
 * The environment for a program that renders files of a repository: no network (git without transports, HTTP through a
 * proxy that nobody answers), unless the user allowed it.
 */
export function renderEnvironment(network: boolean): NodeJS.ProcessEnv {
  if (network) return process.env;
  const nowhere = 'http://127.0.0.1:9';
  return {
    ...process.env,
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TERMINAL_PROMPT: '0',
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    http_proxy: nowhere,
    https_proxy: nowhere,
    NO_PROXY: '',
    no_proxy: '',
  };
}
