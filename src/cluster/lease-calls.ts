import type { KubernetesObject } from '../core/model/types.js';
import { ApiError, type ApiClient, type ApiRequest } from './api.js';
import { readLease, type LeaseRecord } from './lease.js';
import { LEASES, pathOf } from './resources.js';

export interface LeaseCallsOptions {
  readonly client: Pick<ApiClient, 'request'>;
  readonly lease: { readonly namespace: string; readonly name: string };
  /** Milliseconds that a call may take. */
  readonly timeout: number;
}

/** The calls of the API server that an election makes; each throws ApiError or UnreachableError. */
export interface LeaseCalls {
  /** @returns the Lease, or undefined if there is none. */
  read(signal: AbortSignal): Promise<LeaseRecord | undefined>;
  /**
   * Makes the Lease, or changes what was read before.
   *
   * @throws ApiError with status 409 if there is one already, or if somebody else has changed it since.
   */
  write(before: LeaseRecord | undefined, spec: object, signal: AbortSignal): Promise<LeaseRecord>;
}

export function leaseCalls({ client, lease, timeout }: LeaseCallsOptions): LeaseCalls {
  const path = pathOf(LEASES, lease);
  const ask = async (call: ApiRequest): Promise<LeaseRecord> =>
    readLease(await client.request({ ...call, timeout }));
  return {
    read: async (signal) => {
      try {
        return await ask({ method: 'GET', path, signal });
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
      }
    },
    write: (before, spec, signal) =>
      before
        ? ask({ method: 'PUT', path, body: { ...before.object, spec }, signal })
        : ask({
            method: 'POST',
            path: pathOf(LEASES, { namespace: lease.namespace }),
            body: newLease(lease, spec),
            signal,
          }),
  };
}

const newLease = (metadata: LeaseCallsOptions['lease'], spec: object): KubernetesObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { ...metadata },
  spec,
});

/** Whether an error is the API server's answer with one of these statuses. */
export const isStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  error instanceof ApiError && statuses.includes(error.status);
