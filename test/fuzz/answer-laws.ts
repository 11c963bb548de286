import type { Reply } from '../../src/admission/handler.js';
import { malformed } from '../../src/admission/malformed.js';
import type { ReviewAnswer } from '../../src/admission/review.js';
import { hold, holdSame, LawBroken } from '../support/laws/law.js';
import { CANARY } from './canary.js';
import type { Asked } from './webhook.js';

/** What must hold for the answer to any call, whatever its body. */
export function expectLawfulAnswer(asked: Asked): void {
  const { reply, reviewed, malformed: refusals } = asked;
  if (!reply.json) {
    const [refusal] = refusals;
    if (refusal === undefined || refusals.length > 1 || reviewed.length > 0) {
      throw new LawBroken('a refusal is told once and decides nothing', reply.body);
    }
    const { status, message } = malformed(refusal.problem);
    holdSame('a refusal is one of the closed list', reply, { status, json: false, body: message });
    hold('a refusal is the fault of the caller', status >= 400 && status < 500);
    return;
  }
  hold('a review is told once', reviewed.length === 1 && refusals.length === 0);
  expectLawfulResponse(responseIn(reply), asked);
}

/** What a review was answered with. */
export const responseIn = ({ body }: Reply): ReviewAnswer['response'] =>
  (JSON.parse(body) as ReviewAnswer).response;

/** The limits of the API server: Kubernetes cuts single warnings and drops what is beyond the total. */
const WARNING_LIMIT = 256;
const WARNINGS_LIMIT = 4096;
/** No limit of the API server, but an audit event that is kept for each pod should stay small. */
const AUDIT_LIMIT = 8192;

function expectLawfulResponse(response: ReviewAnswer['response'], asked: Asked): void {
  const { allowed, patch, warnings = [], auditAnnotations } = response;
  hold('a pod is always let through', (allowed as unknown) === true);
  const operations = asked.reviewed[0]?.outcome.operations ?? [];
  hold('a patch only where something changes', (patch === undefined) === (operations.length === 0));
  if (patch !== undefined) {
    const sent: unknown = JSON.parse(Buffer.from(patch, 'base64').toString());
    holdSame('the patch is what the engine said', sent, JSON.parse(JSON.stringify(operations)));
  }
  const longest = Math.max(0, ...warnings.map(({ length }) => length));
  hold('no warning is cut by the API server', longest <= WARNING_LIMIT, () => String(longest));
  const total = warnings.reduce((sum, { length }) => sum + length, 0);
  hold('no warning is dropped by the API server', total <= WARNINGS_LIMIT, () => String(total));
  hold('no control characters in warnings', !warnings.some((text) => CONTROL.test(text)));
  const audit = JSON.stringify(auditAnnotations).length;
  hold('audit annotations are small', audit <= AUDIT_LIMIT, () => String(audit));
}

const CONTROL = /\p{Cc}/u;

/** @param texts what may be read by those who must not see the secrets of a workload. */
export function expectNoSecret(where: string, texts: readonly string[]): void {
  const told = texts.find((text) => text.includes(CANARY));
  hold(`no secret in ${where}`, told === undefined, () => told ?? '');
}
