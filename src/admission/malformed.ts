/** What can be wrong with a call before there is anything to decide: the HTTP status and what was expected instead. */
const problems = {
  wrong_method: { status: 405, message: 'Only POST is answered here: send an AdmissionReview.' },
  wrong_content_type: {
    status: 415,
    message: 'The Content-Type must be application/json.',
  },
  wrong_content_encoding: {
    status: 415,
    message: 'The body must not be compressed: leave out Content-Encoding.',
  },
  wrong_transfer_encoding: {
    status: 501,
    message: 'The Transfer-Encoding must be chunked, or left out.',
  },
  wrong_expectation: {
    status: 417,
    message: 'The only Expect that is understood is 100-continue.',
  },
  wrong_path: { status: 404, message: 'Reviews are answered at /mutate.' },
  overloaded: {
    status: 503,
    message: 'Too many bodies are on their way at once: try again.',
  },
  not_synced: {
    status: 503,
    message: 'The cluster has not been read yet: try again.',
  },
  too_large: {
    status: 413,
    message: 'The body is larger than 7 MiB, more than the API server sends.',
  },
  fragmented: { status: 400, message: 'The body came in too many small pieces.' },
  aborted: { status: 400, message: 'The body ended before it was complete.' },
  empty_body: {
    status: 400,
    message: 'The body is empty; an AdmissionReview in JSON was expected.',
  },
  too_deep: { status: 400, message: 'The body is nested deeper than 1,000 levels.' },
  invalid_json: { status: 400, message: 'The body is not JSON; an AdmissionReview was expected.' },
  wrong_kind: { status: 400, message: 'The body is not an object of the kind AdmissionReview.' },
  wrong_version: {
    status: 400,
    message: 'The apiVersion must be admission.k8s.io/v1 or admission.k8s.io/v1beta1.',
  },
  no_request: {
    status: 400,
    message: 'The AdmissionReview has no request; an object was expected.',
  },
  no_uid: { status: 400, message: 'The request of the AdmissionReview has no uid.' },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>;

/** A closed list, because it is the label of a metric. */
export type Problem = keyof typeof problems;

/** A call that holds no review. The message names what was expected and never quotes what came. */
export interface Malformed {
  readonly kind: 'malformed';
  readonly problem: Problem;
  readonly status: number;
  readonly message: string;
}

/** The refusal for a problem: the only place that pairs problems with HTTP statuses and sentences. */
export function malformed(problem: Problem): Malformed {
  return { kind: 'malformed', problem, ...problems[problem] };
}
