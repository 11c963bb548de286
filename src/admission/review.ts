import { onceIfFrozen } from '../core/model/frozen.js';
import type { Outcome } from '../core/outcome.js';
import type { Operation } from '../core/patch/operation.js';
import { auditAnnotations } from './audit.js';
import { isTooDeep } from './depth.js';
import { malformed, type Malformed } from './malformed.js';
import { withoutManagedFields } from './managed-fields.js';
import { warningTexts } from './warnings.js';

const versions = ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'] as const;

/** The two versions differ in name only, as far as a mutating webhook goes; the answer must be in kind. */
export type ReviewVersion = (typeof versions)[number];

/** An AdmissionReview as the API server sent it, reduced to what the injector reads. */
export interface Review {
  readonly kind: 'review';
  readonly apiVersion: ReviewVersion;
  readonly request: ReviewRequest;
}

/** Strings that are missing or not strings are empty here. */
export interface ReviewRequest {
  readonly uid: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  /** Undefined if the request names none, as reviews written by hand do. */
  readonly resource?: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
  };
  readonly subResource: string;
  readonly operation: string;
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
  /** Raw and untouched: nothing has been checked, no field was dropped. */
  readonly object: unknown;
}

/** The AdmissionReview that goes back, as JSON. `allowed` is always true: the injector never keeps a pod from being made. */
export interface ReviewAnswer {
  readonly apiVersion: ReviewVersion;
  readonly kind: 'AdmissionReview';
  readonly response: {
    readonly uid: string;
    readonly allowed: true;
    readonly patchType?: 'JSONPatch';
    /** A JSON Patch in base64. */
    readonly patch?: string;
    /** Decision and reasons, for the API server's audit log. */
    readonly auditAnnotations: Readonly<Record<string, string>>;
    readonly warnings?: readonly string[];
  };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the body of a call.
 *
 * @param body JSON text in UTF-8, uncompressed.
 * @returns the review, or what is wrong with it; never throws.
 */
export function parseReview(body: Buffer | string): Review | Malformed {
  if (body.length === 0) return malformed('empty_body');
  if (typeof body !== 'string' && isTooDeep(body)) return malformed('too_deep');
  let parsed: unknown;
  try {
    parsed = JSON.parse(typeof body === 'string' ? body : withoutManagedFields(body));
  } catch {
    // The parser's message is dropped: it quotes the body, which may hold secrets.
    return malformed('invalid_json');
  }
  return readReview(parsed);
}

function readReview(body: unknown): Review | Malformed {
  if (!isObject(body) || body['kind'] !== 'AdmissionReview') return malformed('wrong_kind');
  const apiVersion = versions.find((version) => version === body['apiVersion']);
  if (apiVersion === undefined) return malformed('wrong_version');
  const request = body['request'];
  if (!isObject(request)) return malformed('no_request');
  if (text(request['uid']) === '') return malformed('no_uid');
  return { kind: 'review', apiVersion, request: readRequest(request) };
}

function readRequest(request: Fields): ReviewRequest {
  const { kind, resource, object } = request;
  return {
    uid: text(request['uid']),
    kind: { ...groupVersion(kind), kind: field(kind, 'kind') },
    ...(isObject(resource) && {
      resource: { ...groupVersion(resource), resource: field(resource, 'resource') },
    }),
    subResource: text(request['subResource']),
    operation: text(request['operation']),
    namespace: text(request['namespace']),
    name: text(request['name']),
    dryRun: request['dryRun'] === true,
    object,
  };
}

const groupVersion = (of: unknown): { group: string; version: string } => ({
  group: field(of, 'group'),
  version: field(of, 'version'),
});

/** True for what JSON calls an object: neither null nor a list. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A string field of something that may not even be an object; empty if there is none. */
export const field = (of: unknown, name: string): string => (isObject(of) ? text(of[name]) : '');

/**
 * Whether the review is about making a pod. Everything else is allowed as it is: a webhook configuration that sends
 * too much must not break the cluster. Subresources (`pods/ephemeralcontainers`, `pods/binding`) carry other objects.
 */
export function isPodCreate({ kind, resource, subResource, operation }: ReviewRequest): boolean {
  return (
    operation === 'CREATE' &&
    subResource === '' &&
    isCoreV1(kind) &&
    kind.kind === 'Pod' &&
    (resource === undefined || (isCoreV1(resource) && resource.resource === 'pods'))
  );
}

const isCoreV1 = ({ group, version }: { group: string; version: string }): boolean =>
  group === '' && version === 'v1';

/** Lets the object through as it is. @returns the answer, as JSON. */
export const allowed = (review: Review, outcome: Outcome): string =>
  answer(review, restWithoutPatch(outcome));

/** Lets the object through with changes; without any operation this is `allowed()`. @returns the answer, as JSON. */
export const patched = (review: Review, outcome: Outcome): string =>
  outcome.operations.length === 0
    ? allowed(review, outcome)
    : answer(review, restWithPatch(outcome));

const answer = ({ apiVersion, request }: Review, rest: string): string =>
  `{"apiVersion":"${apiVersion}","kind":"AdmissionReview","response":{"uid":${JSON.stringify(request.uid)},${rest}`;

/** The pods of a workload have one outcome, and all of their answers but the uid is written once. */
const restWithoutPatch = onceIfFrozen((outcome: Outcome): string => `${remarksOn(outcome)}}}`);
const restWithPatch = onceIfFrozen((outcome: Outcome): string => {
  // base64 needs no escapes, and to look for them in each of its characters costs as much as reading the review.
  const patch = patchOf(outcome.operations);
  return `${remarksOn(outcome)},"patchType":"JSONPatch","patch":"${patch}"}}`;
});

/** Outcomes that differ in what they say besides may have one patch. */
const patchOf = onceIfFrozen((operations: readonly Operation[]): string =>
  Buffer.from(JSON.stringify(operations)).toString('base64'),
);

/** The fields of the response but uid and patch, without the braces. */
function remarksOn(outcome: Outcome): string {
  const warnings = warningTexts(outcome.warnings);
  const remarks: Omit<ReviewAnswer['response'], 'uid' | 'patch' | 'patchType'> = {
    allowed: true,
    auditAnnotations: auditAnnotations(outcome),
    ...(warnings.length > 0 && { warnings }),
  };
  return JSON.stringify(remarks).slice(1, -1);
}
