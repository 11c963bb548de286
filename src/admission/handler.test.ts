import { describe, expect, it } from 'vitest';
import { anOutcome, aPod, aReview, aSkip } from '../../test/support/review.js';
import type { Request } from '../core/engine.js';
import { handle, type Engine, type Reply } from './handler.js';
import type { FailedEvent, MalformedEvent, Observer, ReviewedEvent } from './observer.js';
import type { ReviewAnswer } from './review.js';

/** A handler with an engine and a clock that ticks 2.5 ms a look; what it observes is kept. */
function setUp(engine: Engine = () => anOutcome()) {
  const events: {
    reviewed: ReviewedEvent[];
    malformed: MalformedEvent[];
    failed: FailedEvent[];
  } = { reviewed: [], malformed: [], failed: [] };
  const observe: Observer = {
    reviewed: (event) => void events.reviewed.push(event),
    malformed: (event) => void events.malformed.push(event),
    failed: (event) => void events.failed.push(event),
  };
  let now = 0;
  const clock = () => (now += 2.5);
  const post = (review: unknown) =>
    handle(JSON.stringify(review), { engine, clock, observe }, '10.0.0.7');
  return { events, post };
}

function responseOf(reply: Reply): ReviewAnswer['response'] {
  if (!reply.json) throw new Error(reply.body);
  return (JSON.parse(reply.body) as ReviewAnswer).response;
}

describe('handle', () => {
  it('hands the pod and the namespace of the request to the engine', () => {
    const seen: Request[] = [];
    const { post } = setUp((request) => {
      seen.push(request);
      return aSkip();
    });
    const object = aPod({ namespace: 'elsewhere' });
    post(aReview({ object }));
    expect(seen).toEqual([{ pod: object, namespace: 'shop' }]);
  });

  it('answers with the operations and warnings of the engine', () => {
    const { post } = setUp();
    const response = responseOf(post(aReview()));
    expect(response.patch).toBeDefined();
    expect(response.warnings).toEqual(['agent is called agent-2 here.']);
  });

  it('gives a dry run the same answer, and says in the event that it was one', () => {
    const { post, events } = setUp();
    expect(post(aReview({ dryRun: true }))).toEqual(post(aReview()));
    expect(events.reviewed.map(({ dryRun }) => dryRun)).toEqual([true, false]);
  });

  it('reports the review once, with the time that it took', () => {
    const { post, events } = setUp();
    post(aReview());
    expect(events.reviewed).toEqual([
      {
        uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
        namespace: 'shop',
        pod: 'web-*****',
        dryRun: false,
        outcome: anOutcome(),
        milliseconds: 2.5,
      },
    ]);
  });

  it.each([
    [aReview({ object: aPod({ name: 'web-1' }) }), 'web-1'],
    [aReview({ object: aPod(), name: 'from-request' }), 'from-request'],
    [aReview({ object: { metadata: null } }), ''],
    [aReview({ object: aPod({ name: ['x'], generateName: 7 }) }), ''],
    [aReview({ object: aPod({ name: 'x'.repeat(10_000) }) }), 'x'.repeat(253)],
  ])('names the pod of review %#', (review, name) => {
    const { post, events } = setUp();
    post(review);
    expect(events.reviewed[0]?.pod).toBe(name);
  });

  it.each([
    { operation: 'DELETE', object: null },
    { operation: 'UPDATE', subResource: 'ephemeralcontainers' },
    { kind: { group: 'apps', version: 'v1', kind: 'DaemonSet' } },
  ])('lets through %j without asking the engine', (request) => {
    const { post, events } = setUp(() => expect.fail('asked'));
    expect(responseOf(post(aReview(request)))).toEqual({
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      allowed: true,
      auditAnnotations: { decision: 'skip', reason: 'not_a_pod_create' },
    });
    expect(events.reviewed[0]?.outcome.reason).toBe('not_a_pod_create');
  });

  it.each([null, undefined, 'pod', 7, [[]]])('lets through a pod that is %j', (object) => {
    const { post, events } = setUp(() => expect.fail('asked'));
    expect(responseOf(post(aReview({ object }))).allowed).toBe(true);
    expect(events.reviewed[0]?.outcome).toMatchObject({
      decision: 'skip',
      reason: 'malformed_pod',
      detail: 'object',
    });
  });

  it('reports a malformed review with its caller and does not count it as reviewed', () => {
    const { post, events } = setUp();
    const reply = post({ ...aReview(), request: null });
    expect(reply).toEqual({
      status: 400,
      json: false,
      body: 'The AdmissionReview has no request; an object was expected.',
    });
    expect(events.malformed).toEqual([{ problem: 'no_request', status: 400, remote: '10.0.0.7' }]);
    expect(events.reviewed).toEqual([]);
  });
});

describe('handle, when the engine fails', () => {
  const error = new Error('planning volumes', { cause: new TypeError('x is not iterable') });

  it('lets the pod through as it is', () => {
    const { post, events } = setUp(() => {
      throw error;
    });
    const reply = post(aReview());
    expect(reply.status).toBe(200);
    expect(responseOf(reply)).toEqual({
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      allowed: true,
      auditAnnotations: { decision: 'skip', reason: 'internal_error' },
    });
    expect(events.failed).toEqual([
      {
        uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
        namespace: 'shop',
        pod: 'web-*****',
        dryRun: false,
        error,
      },
    ]);
    expect(events.reviewed.map(({ outcome }) => outcome.reason)).toEqual(['internal_error']);
  });

  it('takes a patch that cannot be written as JSON for a fault as well', () => {
    const { post, events } = setUp(() =>
      anOutcome({ operations: [{ op: 'add', path: '/spec', value: 1n }] }),
    );
    expect(responseOf(post(aReview())).patch).toBeUndefined();
    expect(events.failed).toHaveLength(1);
  });
});
