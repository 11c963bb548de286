import type { KubernetesObject } from '../core/model/types.js';
import { ApiError, GarbageError, type ApiClient, type ApiRequest } from './api.js';

/**
 * Objects of a page. A node has 10 to 30 kB, most of which is not kept: a page is parsed in a few milliseconds, in which
 * no review is answered, and the memory that it takes is gone with it.
 */
const PAGE = 100;

export interface ListRequest extends Pick<ApiRequest, 'path' | 'query' | 'signal'> {
  /** Reduces an item to what is kept of it; an item of which nothing is kept is left out. */
  readonly keep: (item: unknown) => KubernetesObject | undefined;
  /** Hears how many items have come so far. */
  readonly progress: (count: number) => void;
}

export interface Listed {
  readonly objects: readonly KubernetesObject[];
  /** From which changes can be watched. */
  readonly version: string;
}

/**
 * Reads a list, page by page.
 *
 * No resourceVersion is given, so that it is as new as etcd: the API server's cache (`0`, which client-go asks for at the
 * start) may be behind what a watch has told already, and gives everything in one answer whatever the limit. That spares
 * etcd where thousands of kubelets start; here, a few replicas do.
 *
 * @throws ApiError, UnreachableError or GarbageError.
 */
export async function listAll(client: ApiClient, request: ListRequest): Promise<Listed> {
  try {
    return await listPages(client, request, PAGE);
  } catch (error) {
    // The rest of a list is not kept for longer than a few minutes; as client-go does, all is taken at once then.
    if (!isExpired(error)) throw error;
    return listPages(client, request, undefined);
  }
}

/** Whether the API server does not keep any more what was asked for. */
export const isExpired = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 410 || error.reason === 'Expired');

async function listPages(
  client: ApiClient,
  { path, query, signal, keep, progress }: ListRequest,
  limit: number | undefined,
): Promise<Listed> {
  const objects: KubernetesObject[] = [];
  let next: string | undefined;
  let count = 0;
  for (;;) {
    const page = pageOf(
      await client.request({
        method: 'GET',
        path,
        query: { ...query, limit, continue: next },
        ...(signal ? { signal } : {}),
      }),
    );
    for (const item of page.items) {
      const kept = keep(item);
      if (kept) objects.push(kept);
    }
    count += page.items.length;
    progress(count);
    if (page.next === undefined) return { objects, version: page.version };
    next = page.next;
  }
}

interface Page {
  readonly items: readonly unknown[];
  readonly version: string;
  readonly next: string | undefined;
}

/** A list without items has `null` in their place. */
function pageOf({ items, metadata }: KubernetesObject): Page {
  const { resourceVersion: version, continue: next } = metadata ?? {};
  if (!(Array.isArray(items) || items === null) || typeof version !== 'string') {
    throw new GarbageError('the answer is not a list');
  }
  return { items: items ?? [], version, next: typeof next === 'string' && next ? next : undefined };
}
