import type { Outcome } from '../core/outcome.js';
import { describe, expect, it } from 'vitest';
import { aPod, aReview } from '../../test/support/review.js';
import { malformed } from './malformed.js';
import {
  allowed,
  isPodCreate,
  parseReview,
  patched,
  type Review,
  type ReviewAnswer,
} from './review.js';

const read = (answer: string): ReviewAnswer => JSON.parse(answer) as ReviewAnswer;

function parsed(review: unknown): Review {
  const result = parseReview(JSON.stringify(review));
  if (result.kind === 'malformed') throw new Error(result.problem);
  return result;
}

describe('parseReview', () => {
  it('reads the fields of the request and leaves the object raw', () => {
    const object = { ...aPod(), unheardOf: { of: [null] } };
    const { apiVersion, request } = parsed(aReview({ object, name: 'web-1', dryRun: true }));
    expect(apiVersion).toBe('admission.k8s.io/v1');
    expect(request).toEqual({
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      subResource: '',
      operation: 'CREATE',
      namespace: 'shop',
      name: 'web-1',
      dryRun: true,
      object,
    });
  });

  it('takes a Buffer as well as a string', () => {
    expect(parseReview(Buffer.from(JSON.stringify(aReview()))).kind).toBe('review');
  });

  it.each([
    ['', 'empty_body'],
    ['{', 'invalid_json'],
    ['null', 'wrong_kind'],
    ['[]', 'wrong_kind'],
    ['"AdmissionReview"', 'wrong_kind'],
    [JSON.stringify({ ...aReview(), kind: 'Pod' }), 'wrong_kind'],
    [JSON.stringify(aReview({}, 'admission.k8s.io/v2')), 'wrong_version'],
    [JSON.stringify({ kind: 'AdmissionReview' }), 'wrong_version'],
    [JSON.stringify({ ...aReview(), request: null }), 'no_request'],
    [JSON.stringify({ ...aReview(), request: undefined }), 'no_request'],
    [JSON.stringify({ ...aReview(), request: [] }), 'no_request'],
    [JSON.stringify(aReview({ uid: undefined })), 'no_uid'],
    [JSON.stringify(aReview({ uid: 7 })), 'no_uid'],
  ] as const)('refuses %s', (body, problem) => {
    expect(parseReview(body)).toEqual(malformed(problem));
    expect(malformed(problem).status).toBe(400);
  });

  it('survives a body that nests deeper than the stack', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(parseReview(deep).kind).toBe('malformed');
  });
});

describe('isPodCreate', () => {
  const check = (request: Record<string, unknown>) => isPodCreate(parsed(aReview(request)).request);

  it('is true for the creation of a pod', () => {
    expect(check({})).toBe(true);
    expect(check({ subResource: '' })).toBe(true);
  });

  it('needs no resource, which reviews written by hand leave out', () => {
    expect(check({ resource: undefined })).toBe(true);
  });

  it.each([
    { operation: 'UPDATE' },
    { operation: undefined },
    { subResource: 'ephemeralcontainers' },
    { subResource: 'binding' },
    { kind: { group: 'apps', version: 'v1', kind: 'Deployment' } },
    { kind: { group: 'metrics.k8s.io', version: 'v1beta1', kind: 'Pod' } },
    { kind: null },
    { resource: { group: '', version: 'v1', resource: 'podtemplates' } },
  ])('is false for %j', (request) => {
    expect(check(request)).toBe(false);
  });
});

describe('the answer', () => {
  const warnings = [{ code: 'renamed', message: 'A container is called otherwise.' }] as const;
  const operations = [{ op: 'add', path: '/metadata/labels', value: { ä: '1' } }] as const;
  const outcome: Outcome = {
    decision: 'inject',
    reason: 'injected',
    daemonSets: [
      { namespace: 'a', name: 'b', decision: 'inject', reason: 'injected', containers: [] },
      { namespace: 'c', name: 'd', decision: 'skip', reason: 'port_taken', containers: [] },
    ],
    warnings,
    operations,
  };
  const quiet: Outcome = {
    decision: 'skip',
    reason: 'kube_system',
    daemonSets: [],
    warnings: [],
    operations: [],
  };

  it('has nothing but the uid, allowed and the audit annotations if there is nothing to say', () => {
    expect(read(allowed(parsed(aReview()), quiet))).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
        allowed: true,
        auditAnnotations: { decision: 'skip', reason: 'kube_system' },
      },
    });
  });

  it('is of the version of the review', () => {
    const review = parsed(aReview({}, 'admission.k8s.io/v1beta1'));
    expect(read(patched(review, outcome)).apiVersion).toBe('admission.k8s.io/v1beta1');
  });

  it('carries the patch in base64', () => {
    const { response } = read(patched(parsed(aReview()), outcome));
    expect(response.patchType).toBe('JSONPatch');
    expect(JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString())).toEqual(operations);
    expect(response.warnings).toEqual(['A container is called otherwise.']);
  });

  it('has no patch without operations, but may have warnings', () => {
    const { response } = read(patched(parsed(aReview()), { ...outcome, operations: [] }));
    expect(Object.keys(response)).toEqual(['uid', 'allowed', 'auditAnnotations', 'warnings']);
  });

  it('says for the audit log which DaemonSets went in and why others did not', () => {
    expect(read(patched(parsed(aReview()), outcome)).response.auditAnnotations).toEqual({
      decision: 'inject',
      reason: 'injected',
      injected: 'a/b',
      skipped: 'c/d=port_taken',
    });
  });

  it('keeps audit annotations small, however many DaemonSets there are', () => {
    const daemonSets = Array.from({ length: 500 }, (_, i) => ({
      namespace: 'monitoring',
      name: `agent-${i}`,
      decision: 'skip' as const,
      reason: 'port_taken' as const,
      containers: [],
    }));
    const { skipped = '' } = read(allowed(parsed(aReview()), { ...quiet, daemonSets })).response
      .auditAnnotations;
    expect(skipped.length).toBeLessThanOrEqual(2050);
    expect(skipped).toMatch(/=port_taken,…$/);
  });

  it('says how many DaemonSets it does not name', () => {
    const { auditAnnotations } = read(
      allowed(parsed(aReview()), { ...quiet, unnamed: 490 }),
    ).response;
    expect(auditAnnotations['unnamed']).toBe('490');
  });

  it('is JSON, whatever the uid holds', () => {
    const uid = 'a "uid" \u2028 in 中文';
    expect(read(patched(parsed(aReview({ uid })), outcome)).response.uid).toBe(uid);
  });

  it.each([
    ['a patch', outcome],
    ['no patch', { ...outcome, operations: [] }],
  ])('is the same from an outcome that many pods share, with %s', (_, given) => {
    const shared = Object.freeze({ ...given });
    const uids = ['one', 'two'];
    const answers = uids.map((uid) => patched(parsed(aReview({ uid })), shared));
    expect(answers).toEqual(uids.map((uid) => patched(parsed(aReview({ uid })), given)));
  });
});
