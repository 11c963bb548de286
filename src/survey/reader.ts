import type { ApiClient, ApiRequest } from '../cluster/api.js';
import { pathOf, type Place, type Resource } from '../cluster/resources.js';
import type { KubernetesObject } from '../core/model/types.js';
import { ask, type Answer } from './answer.js';
import { itemsOf, textAt } from './raw.js';
import { apiVersionOf } from './resources.js';

/** Objects of one kind, and whether there are more than were looked at. */
export interface Listing {
  readonly items: readonly KubernetesObject[];
  readonly more: boolean;
}

export const NO_LISTING: Listing = { items: [], more: false };

export interface ListRequest {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** How many objects to look at, at most. */
  readonly most: number;
}

/** Objects in one answer: what client-go's pager takes. */
const PAGE = 500;

/** Asks an API server, page by page where it is asked for many. Every answer may be a refusal. */
export class Reader {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** @param what what is done, such as `read the version`. */
  request(what: string, request: ApiRequest): Promise<Answer<KubernetesObject>> {
    return ask(what, () => this.#client.request(request));
  }

  get(resource: Resource, place: Place): Promise<Answer<KubernetesObject>> {
    const title = place.namespace === undefined ? '' : `${place.namespace}/`;
    return this.request(`get ${resource.kind} ${title}${place.name ?? ''}`, {
      method: 'GET',
      path: pathOf(resource, place),
    });
  }

  /** Creates an object, which for reviews is how a question is put. */
  post(resource: Resource, spec: unknown, place: Place = {}): Promise<Answer<KubernetesObject>> {
    return this.request(`create ${resource.plural}`, {
      method: 'POST',
      path: pathOf(resource, place),
      body: { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: {}, spec },
    });
  }

  list(resource: Resource, request: ListRequest): Promise<Answer<Listing>> {
    const where = request.namespace === undefined ? '' : ` in ${request.namespace}`;
    return ask(`list ${resource.plural}${where}`, () => this.#pages(resource, request));
  }

  async #pages(resource: Resource, { most, namespace, ...query }: ListRequest): Promise<Listing> {
    const named = { apiVersion: apiVersionOf(resource), kind: resource.kind };
    const path = pathOf(resource, namespace === undefined ? {} : { namespace });
    const items: KubernetesObject[] = [];
    let next: string | undefined;
    // An API server that never comes to an end is not followed for ever.
    for (let page = 0; page <= most / PAGE; page += 1) {
      const limit = Math.min(PAGE, most - items.length);
      const body = await this.#client.request({
        method: 'GET',
        path,
        query: { ...query, limit, continue: next },
      });
      items.push(...itemsOf(body, named).slice(0, limit));
      next = textAt(body, 'metadata', 'continue');
      if (next === '' || items.length >= most) break;
    }
    return { items, more: next !== '' };
  }
}
