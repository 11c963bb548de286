import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Access } from './access.js';

/** Where the kubelet mounts the ServiceAccount's token and the cluster's CA. */
const ROOT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The access of a pod, as its ServiceAccount. client-node could give it as well, but to import it costs 0.6 s and 75 MB.
 *
 * Token and CA are read before each request: the kubelet renews the token, requests are few, and the files lie in memory.
 *
 * @throws Error if this is not a pod.
 */
export function inClusterAccess(
  env: Readonly<Record<string, string | undefined>>,
  root = ROOT,
): Access {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  if (host === '') {
    throw new Error('this is not a pod of a cluster: KUBERNETES_SERVICE_HOST is not set');
  }
  const text = (name: string): Promise<string> => readFile(join(root, name), 'utf8');
  return {
    server: new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`),
    credentials: async () => {
      const [token, ca] = await Promise.all([text('token'), text('ca.crt')]);
      return { headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } };
    },
  };
}
