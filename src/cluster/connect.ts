import type { ApiClient } from './api.js';
import { makeClient, type ClientOptions } from './client.js';
import { inClusterAccess } from './in-cluster.js';
import { kubeconfigAccess, type KubeconfigOptions } from './kubeconfig.js';

export interface ConnectOptions extends KubeconfigOptions, ClientOptions {
  /** Whose credentials: those of the pod that this runs in, or those of a kubeconfig. */
  readonly from: 'in-cluster' | 'kubeconfig';
}

/**
 * Makes a client; nothing is connected before its first request, so an API server that is away is no error here.
 *
 * @throws Error that says what is wrong with the configuration.
 */
export async function connect(options: ConnectOptions): Promise<ApiClient> {
  const access =
    options.from === 'in-cluster' ? inClusterAccess(options.env) : await kubeconfigAccess(options);
  return makeClient(access, options);
}
