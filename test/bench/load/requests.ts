import type { Review } from '../cluster/workloads.js';
import { TOKEN } from '../cluster/business.js';
import { UID } from '../cluster/workloads.js';

/** A request that only lacks what each has of its own, and where that goes. */
interface Template {
  readonly bytes: Buffer;
  readonly uidAt: number;
  /** Where the name of the volume with the token has its random end; the API server makes one for each pod. */
  readonly suffixesAt: readonly number[];
}

/** One request, ready to be sent. */
export interface Outgoing {
  readonly bytes: Buffer;
  readonly uid: string;
  /** The index of the review. */
  readonly workload: number;
}

/**
 * Hands out requests for the reviews in turn, each with a uid that no other has, and a token volume of its own.
 *
 * @returns a function that writes the next request into a buffer, which must hold `size` bytes.
 */
export function requestsFor(
  reviews: readonly Review[],
  path: string,
): { readonly size: number; next(into: Buffer): Outgoing } {
  const templates = reviews.map((review) => templateOf(review, path));
  let sent = 0;
  return {
    size: Math.max(...templates.map(({ bytes }) => bytes.length)),
    next: (into) => {
      const workload = sent % templates.length;
      const template = templates[workload];
      if (!template) throw new Error('there is nothing to send');
      const uid = uidOf(sent);
      sent += 1;
      template.bytes.copy(into);
      into.write(uid, template.uidAt, 'latin1');
      const suffix = suffixOf(sent);
      for (const at of template.suffixesAt) into.write(suffix, at, 'latin1');
      return { bytes: into.subarray(0, template.bytes.length), uid, workload };
    },
  };
}

/** The head is what an API server sends. */
function templateOf(review: Review, path: string): Template {
  const body = Buffer.from(JSON.stringify(review));
  const head = [
    `POST ${path}?timeout=10s HTTP/1.1`,
    'Host: ds-injector.kube-system.svc:443',
    'User-Agent: kube-apiserver-admission',
    `Content-Length: ${body.length}`,
    'Accept: application/json, */*',
    'Content-Type: application/json',
  ];
  const bytes = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
  return { bytes, uidAt: bytes.indexOf(UID), suffixesAt: suffixesIn(bytes) };
}

function suffixesIn(bytes: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(TOKEN); at >= 0; at = bytes.indexOf(TOKEN, at + 1)) {
    found.push(at + TOKEN.length - SUFFIX);
  }
  return found;
}

/** Characters of the random end of a name that the API server makes up. */
const SUFFIX = 5;
const suffixOf = (count: number): string => count.toString(36).padStart(SUFFIX, '0').slice(-SUFFIX);

const uidOf = (count: number): string =>
  `${UID.slice(0, -12)}${count.toString().padStart(12, '0')}`;
