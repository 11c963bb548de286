/** A request as the double got it. */
export interface Call {
  /** As RBAC has it: get, list, watch, create, update, patch, delete. */
  readonly verb: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The value of the header, empty without one. */
  readonly authorization: string;
  readonly userAgent: string;
  readonly body: unknown;
}

/** What is to go wrong, with which requests. */
export interface Fault {
  /** All of them if it is not given. */
  readonly verb?: string;
  /** What the path has to contain, such as `nodes`; all of them if it is not given. */
  readonly path?: string;
  /** A parameter that has to be in the query, such as `continue`. */
  readonly query?: string;
  /** How often; for ever if it is not given. */
  readonly times?: number;
  readonly what: FaultKind;
}

export type FaultKind =
  /** The API server says no; 429 and 503 with seconds to wait, if they are given. */
  | { readonly status: number; readonly reason?: string; readonly retryAfter?: number }
  /** It takes the request and does not answer. */
  | 'hang'
  /** It cuts the connection without an answer. */
  | 'reset'
  /** It answers, and cuts the connection in the middle of the body; a watch, in the middle of its next line. */
  | 'cut'
  /** Something else answers, with this text. */
  | { readonly text: string };

/** A fault that has been ordered. */
export interface Ordered {
  /** How often it has happened. */
  readonly hits: number;
  /** It happens no more. Requests that hang go on to do so. */
  end(): void;
}

/** The faults that are ordered at a time; the first that fits a request happens to it. */
export class Faults {
  readonly #all = new Set<{ readonly fault: Fault; hits: number }>();

  order(fault: Fault): Ordered {
    const entry = { fault, hits: 0 };
    this.#all.add(entry);
    return {
      get hits() {
        return entry.hits;
      },
      end: () => {
        this.#all.delete(entry);
      },
    };
  }

  /** What goes wrong with a request; asking counts as happening. */
  strike({ verb, path, query }: Pick<Call, 'verb' | 'path' | 'query'>): FaultKind | undefined {
    for (const entry of this.#all) {
      const { fault } = entry;
      const fits = (fault.verb ?? verb) === verb && path.includes(fault.path ?? '');
      const asked = fault.query === undefined || fault.query in query;
      if (!fits || !asked || entry.hits >= (fault.times ?? Infinity)) continue;
      entry.hits += 1;
      return fault.what;
    }
    return undefined;
  }
}
