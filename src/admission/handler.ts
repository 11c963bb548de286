import { skipped, type Outcome } from '../core/outcome.js';
import type { Request } from '../core/engine.js';
import type { Observer, Subject } from './observer.js';
import {
  allowed,
  field,
  isObject,
  isPodCreate,
  parseReview,
  patched,
  type Review,
  type ReviewRequest,
} from './review.js';

/** The engine with its World and settings already bound. */
export type Engine = (request: Request) => Outcome;

export interface HandlerDeps {
  readonly engine: Engine;
  /** Monotonic time in milliseconds; only differences count. */
  readonly clock: () => number;
  readonly observe: Observer;
}

/** What goes back to the caller. */
export interface Reply {
  readonly status: number;
  /** Whether the body is an AdmissionReview in JSON, or a sentence about what was wrong with the call. */
  readonly json: boolean;
  readonly body: string;
}

/** Names in the log are bounded: Kubernetes allows 253 characters, a forged review any number. */
const NAME_LIMIT = 253;

/**
 * Answers one review. Needs neither a port nor a certificate.
 *
 * A dry run gets the answer that the real request would get: there are no side effects to leave out.
 *
 * @param body the body of the call as it came; empty or garbage is answered with status 400.
 * @param remote the caller's address, for the log line of a malformed review.
 * @returns the reply; a pod on which the engine fails is let through unchanged, so this does not throw.
 */
export function handle(body: Buffer | string, deps: HandlerDeps, remote = ''): Reply {
  const started = deps.clock();
  const review = parseReview(body);
  if (review.kind === 'malformed') {
    const { problem, status, message } = review;
    deps.observe.malformed({ problem, status, remote });
    return { status, json: false, body: message };
  }
  const subject = subjectOf(review.request);
  const { outcome, answer } = decide(review, subject, deps);
  deps.observe.reviewed({ ...subject, outcome, milliseconds: deps.clock() - started });
  return { status: 200, json: true, body: answer };
}

interface Decided {
  readonly outcome: Outcome;
  /** An AdmissionReview, as JSON. */
  readonly answer: string;
}

/** The answer is built inside the `try`: a patch that cannot be written down is the engine's fault, too. */
function decide(review: Review, subject: Subject, { engine, observe }: HandlerDeps): Decided {
  try {
    const outcome = judge(review.request, engine);
    return { outcome, answer: patched(review, outcome) };
  } catch (error) {
    observe.failed({ ...subject, error });
    const outcome = skipped('internal_error');
    return { outcome, answer: allowed(review, outcome) };
  }
}

function judge(request: ReviewRequest, engine: Engine): Outcome {
  if (!isPodCreate(request)) return skipped('not_a_pod_create');
  if (!isObject(request.object)) return skipped('malformed_pod', [], 'object');
  // The namespace is the request's: authorization looked at that one, the object may claim another.
  return engine({ pod: request.object, namespace: request.namespace });
}

const subjectOf = (request: ReviewRequest): Subject => ({
  uid: request.uid.slice(0, NAME_LIMIT),
  namespace: request.namespace.slice(0, NAME_LIMIT),
  pod: podName(request).slice(0, NAME_LIMIT),
  dryRun: request.dryRun,
});

function podName({ object, name }: ReviewRequest): string {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  const generateName = field(metadata, 'generateName');
  return field(metadata, 'name') || name || (generateName && `${generateName}*****`);
}
