import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import type { Cluster, User } from '@kubernetes/client-node';
import type { Problem } from '../../model/cluster-state.ts';
import { isObject } from '../../model/json.ts';
import type { Access } from './connection.ts';
import type { ExecCredential } from './exec-credential.ts';
import { configProblem } from './kubeconfig.ts';
import { proxyFromEnvironment } from './proxy-env.ts';
import type { Target } from './target.ts';

/** Requests that may be under way on one agent at a time, port-forwards being opened among them. */
const maxSockets = 32;

/**
 * Turns the chosen cluster and user into options for `https.request`. The KubeConfig of @kubernetes/client-node speaks
 * OIDC and makes the agents for proxies; what it lacks against client-go is done here: data before files, `tokenFile`
 * before `token`, http servers, certificates of an exec plugin, groups and uid of an impersonation, proxies of the
 * environment, keep-alive. It takes 100 MiB and a second to load, so tokens and certificates go without it.
 */
export async function buildRequestOptions(
  target: Target,
  credential: ExecCredential | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Access | Problem> {
  const refused = removedProvider(target);
  if (refused) return refused;
  try {
    const cluster = toCluster(target, env);
    const user = await toUser(target, credential);
    const options = cluster.proxyUrl || user.authProvider ? await byLibrary(cluster, user) : await plain(cluster, user);
    Object.assign(options.headers, impersonation(target), { 'User-Agent': 'kubectl-mesh' });
    return options;
  } catch (error) {
    return configProblem(
      `the credentials of context "${target.context}" cannot be used: ${(error as Error).message}`,
      `Check the user "${target.userName}" and the cluster "${target.clusterName}" of the kubeconfig; log in again.`,
    );
  }
}

async function byLibrary(cluster: Cluster, user: User): Promise<Access> {
  const { KubeConfig } = await import('./client-node.ts');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [{ name: 'target', cluster: 'target', user: 'target' }],
    currentContext: 'target',
  });
  const options = { headers: {} } as Access;
  await config.applyToHTTPSOptions(options);
  // The library's agents are made without these two.
  Object.assign(options.agent, { keepAlive: true, maxSockets });
  return options;
}

/** The same for a server that is reached directly, with a token, a password or a certificate. */
async function plain(cluster: Cluster, user: User): Promise<Access> {
  const tls: AgentOptions = {
    ca: await bytesOf(cluster.caData, cluster.caFile),
    cert: await bytesOf(user.certData, user.certFile),
    key: await bytesOf(user.keyData, user.keyFile),
    ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
    ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
  };
  const headers: OutgoingHttpHeaders = {};
  if (user.token) headers['Authorization'] = `Bearer ${user.token}`;
  if (user.impersonateUser) headers['Impersonate-User'] = user.impersonateUser;
  const pool = { keepAlive: true, maxSockets };
  const agent = cluster.server.startsWith('http:') ? new HttpAgent(pool) : new HttpsAgent({ ...tls, ...pool });
  return { ...tls, headers, agent, ...(user.username ? { auth: `${user.username}:${user.password ?? ''}` } : {}) };
}

async function bytesOf(data: string | undefined, file: string | undefined): Promise<Buffer | undefined> {
  if (data) return Buffer.from(data, 'base64');
  return file ? readFile(file) : undefined;
}

function toCluster({ cluster }: Target, env: NodeJS.ProcessEnv): Cluster {
  const server = new URL(cluster.server);
  const caData = text(cluster['certificate-authority-data']);
  return {
    name: 'target',
    server: cluster.server,
    caData,
    caFile: caData ? undefined : text(cluster['certificate-authority']),
    // There is no TLS to verify with plain http, which the library refuses without it.
    skipTLSVerify: cluster['insecure-skip-tls-verify'] === true || server.protocol === 'http:',
    tlsServerName: text(cluster['tls-server-name']),
    proxyUrl: text(cluster['proxy-url']) ?? proxyFromEnvironment(server, env),
  };
}

async function toUser({ user }: Target, credential: ExecCredential | undefined): Promise<User> {
  const certData = credential?.certificate ? base64(credential.certificate) : text(user['client-certificate-data']);
  const keyData = credential?.key ? base64(credential.key) : text(user['client-key-data']);
  const tokenFile = text(user['tokenFile']);
  const token = tokenFile ? (await readFile(tokenFile, 'utf8')).trim() : text(user['token']);
  return {
    name: 'target',
    certData,
    certFile: certData ? undefined : text(user['client-certificate']),
    keyData,
    keyFile: keyData ? undefined : text(user['client-key']),
    token: token ?? credential?.token,
    username: text(user['username']),
    password: text(user['password']),
    authProvider: isObject(user['auth-provider']) ? user['auth-provider'] : undefined,
    impersonateUser: text(user['as']),
  };
}

/** client-go `transport.ImpersonationConfig`, but for the user itself. */
function impersonation({ user }: Target): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  if (Array.isArray(user['as-groups']) && user['as-groups'].length > 0)
    headers['Impersonate-Group'] = user['as-groups'].map(String);
  if (user['as-uid']) headers['Impersonate-Uid'] = String(user['as-uid']);
  const extra = user['as-user-extra'];
  if (isObject(extra))
    for (const [key, values] of Object.entries(extra))
      headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = (Array.isArray(values) ? values : [values]).map(String);
  return headers;
}

function removedProvider({ user }: Target): Problem | undefined {
  const provider = isObject(user['auth-provider']) ? user['auth-provider']['name'] : undefined;
  if (provider !== 'gcp' && provider !== 'azure') return undefined;
  return configProblem(
    `the auth-provider "${provider}" was removed from kubectl`,
    `Use its credential plugin (${provider === 'gcp' ? 'gke-gcloud-auth-plugin' : 'kubelogin'}) and write the kubeconfig anew.`,
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}
