import { existsSync } from 'node:fs';
import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Access, Credentials, TlsOptions } from './access.js';

export interface KubeconfigOptions {
  /** Else the files of `KUBECONFIG`, else `~/.kube/config`. */
  readonly file?: string | undefined;
  /** Else the current one of the file. */
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The access that kubectl has. client-node reads the files and knows the ways to prove who one is (tokens, certificates,
 * plugins, OIDC); its requests are not used. It is imported here only, because that costs 0.6 s and 75 MB.
 *
 * @throws Error that says what is wrong with the file.
 */
export async function kubeconfigAccess(options: KubeconfigOptions): Promise<Access> {
  const client = await import('@kubernetes/client-node');
  const config = new client.KubeConfig();
  read(config, options);
  const server = serverOf(config, options.context);
  return { server: new URL(server), credentials: () => credentialsOf(config) };
}

/** client-node falls back to a port of this machine without a word; here, no file is an error. */
function read(config: KubeConfig, { file, env }: KubeconfigOptions): void {
  if (file !== undefined) {
    config.loadFromFile(file);
    return;
  }
  const usual = join(env['HOME'] ?? '', '.kube', 'config');
  if (!env['KUBECONFIG'] && !existsSync(usual)) {
    throw new Error(`there is no kubeconfig: KUBECONFIG is not set, and ${usual} does not exist`);
  }
  config.loadFromDefault();
}

function serverOf(config: KubeConfig, context: string | undefined): string {
  if (context !== undefined) config.setCurrentContext(context);
  const current = config.getCurrentContext();
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(current)) {
    throw new Error(`the kubeconfig has no context ${current}, only: ${names.join(', ')}`);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`the kubeconfig lacks the cluster of the context ${current}`);
  if (!config.getCurrentUser()) {
    throw new Error(`the kubeconfig lacks the user of the context ${current}`);
  }
  return cluster.server;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { auth, agent } = options;
  const basic = auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  return {
    headers: { ...headersOf(options), ...basic },
    tls: tlsOf(options),
    // Made anew for each request, and so of use only where it knows the way through a proxy.
    ...(config.getCurrentCluster()?.proxyUrl ? { agent: agent as Agent } : {}),
  };
}

const headersOf = ({ headers }: RequestOptions): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );

function tlsOf({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): TlsOptions {
  const texts = Object.entries({ ca, cert, key, servername }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, pem(value)]],
  );
  return {
    ...(Object.fromEntries(texts) as TlsOptions),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

/** client-node gives buffers of single certificates and keys, or texts. */
const pem = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString() : String(value));
