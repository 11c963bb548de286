import {
  ApiError,
  UnreachableError,
  type ApiClient,
  type ApiRequest,
} from '../../src/cluster/api.js';
import type { KubernetesObject } from '../../src/core/model/types.js';

/** One Lease of an API server that lives in the timers of the test, and so in its virtual time. */
export interface SimulatedLeases {
  /** The Lease as it is; undefined if there is none. The test may change it. */
  lease: KubernetesObject | undefined;
  /** Requests that reached it, such as `PUT`, in their order. */
  readonly requests: string[];
  /** A way to it. */
  client(weather: () => Weather): Pick<ApiClient, 'request'>;
}

/** What becomes of a request. */
export interface Weather {
  /** Milliseconds until it is there. It is dealt with then, also if nobody waits for the answer any more. */
  readonly there: number;
  /** Milliseconds until the answer is back. */
  readonly back: number;
  readonly lost?: 'there' | 'back' | undefined;
  /** What the API server says instead. */
  readonly refusal?: { readonly status: number; readonly retryAfter?: number } | undefined;
}

export const FAIR: Weather = { there: 1, back: 1 };

export function simulateLeases(): SimulatedLeases {
  let version = 0;
  const leases: SimulatedLeases = {
    lease: undefined,
    requests: [],
    client: (weather) => ({
      request: (request) =>
        travel(request, weather(), () => {
          leases.requests.push(request.method);
          return answer(request);
        }),
    }),
  };
  const answer = ({ method, body }: ApiRequest): KubernetesObject => {
    const { lease } = leases;
    if (method === 'POST') {
      if (lease) throw refusal(409, 'AlreadyExists');
    } else if (!lease) {
      throw refusal(404, 'NotFound');
    } else if (method === 'GET') {
      return structuredClone(lease);
    } else if (versionOf(body as KubernetesObject) !== versionOf(lease)) {
      throw refusal(409, 'Conflict');
    }
    version += 1;
    const { metadata, ...rest } = structuredClone(body as KubernetesObject);
    leases.lease = { ...rest, metadata: { ...metadata, resourceVersion: String(version) } };
    return structuredClone(leases.lease);
  };
  return leases;
}

const versionOf = ({ metadata }: KubernetesObject): unknown => metadata?.['resourceVersion'];

const refusal = (status: number, reason: string, retryAfter?: number): ApiError =>
  new ApiError(`${reason} ${status}`, { status, reason, retryAfter });

/** Takes a request there and its answer back, with all that can happen on the way. */
function travel(
  { timeout = 30_000, signal }: ApiRequest,
  { there, back, lost, refusal: said }: Weather,
  arrive: () => KubernetesObject,
): Promise<KubernetesObject> {
  const settled = new AbortController();
  const answer = new Promise<KubernetesObject>((resolve, reject) => {
    const fail = (why: string): void => {
      reject(new UnreachableError(why));
    };
    setTimeout(fail, timeout, 'timeout');
    const aborted = (): void => {
      fail('aborted');
    };
    signal?.addEventListener('abort', aborted, { signal: settled.signal });
    if (lost === 'there') return;
    setTimeout(() => {
      try {
        if (said) throw refusal(said.status, 'Refused', said.retryAfter);
        const object = arrive();
        if (lost !== 'back') setTimeout(resolve, back, object);
      } catch (error) {
        if (lost !== 'back') setTimeout(reject, back, error);
      }
    }, there);
  });
  return answer.finally(() => {
    settled.abort();
  });
}
