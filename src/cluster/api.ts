import type { KubernetesObject } from '../core/model/types.js';

/** One call of the API server. Bodies are raw JSON in both directions: a typed client drops the fields that it does not know. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as `/api/v1/nodes`; see `pathOf`. */
  readonly path: string;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** `application/json` if it is not given; a PATCH has to say which kind it is. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds until the answer has to be there, as a whole; the client's default if it is not given. */
  readonly timeout?: number;
}

/** A list, or a watch of the same path. */
export interface WatchRequest extends Pick<ApiRequest, 'path' | 'query' | 'signal'> {
  /** Called when the API server has begun to answer; the first event can be minutes away. */
  readonly opened?: () => void;
}

/** A line of a watch. The object of an `ERROR` is a Status, that of a `BOOKMARK` has a resourceVersion and nothing else. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject;
}

/** The way to one API server, as one user. Connections are kept alive and shared. */
export interface ApiClient {
  /**
   * @returns the body of the answer, parsed.
   * @throws ApiError if the API server refuses, UnreachableError if there is no (whole) answer.
   */
  request(request: ApiRequest): Promise<KubernetesObject>;
  /**
   * Opens a watch. It ends when the API server ends it.
   *
   * @throws ApiError or UnreachableError, also in the middle.
   */
  watch(request: WatchRequest): AsyncIterable<WatchEvent>;
  /** Closes all connections. */
  close(): void;
}

/** What the API server said no to. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status. */
  readonly status: number;
  /** The Status' reason, such as `Forbidden`, `Conflict`, `AlreadyExists`, `NotFound`, `Expired`; empty if it gave none. */
  readonly reason: string;
  /** Milliseconds after which the API server asks to be asked again, if it said so. */
  readonly retryAfter: number | undefined;

  /** @param message what was being done, and the API server's own words. */
  constructor(
    message: string,
    { status, reason, retryAfter }: Pick<ApiError, 'status' | 'reason' | 'retryAfter'>,
  ) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

/** The API server could not be reached, or broke off; its cause says why. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** What came cannot be understood. It is the cause of an UnreachableError where the rest of the answer is lost with it. */
export class GarbageError extends Error {
  override readonly name = 'GarbageError';
}
