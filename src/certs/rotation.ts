import { X509Certificate } from 'node:crypto';
import type { Authority } from './authority.js';
import { holdsBundle } from './bundle.js';
import type { Issued } from './issue.js';

/** What the leader knows besides the authority. */
export interface RotationView {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether all callers have known `next` for long enough. */
  readonly isPublished: boolean;
  /** Milliseconds for which a leaf may be served that was issued at a promotion. */
  readonly leafLifetime: number;
  /** Certificates in PEM that have signed leaves which may still be served, and that the authority may not know. */
  readonly strays: readonly string[];
}

/** What is to be done about an authority. */
export type Step =
  /** Nothing before this moment, in milliseconds since 1970. */
  | { readonly kind: 'rest'; readonly until: number }
  /** Make a `next`, for callers to trust it before it signs. */
  | { readonly kind: 'announce'; readonly why: string }
  /** Let `next` sign. */
  | { readonly kind: 'promote'; readonly why: string }
  /** Go on trusting certificates that were found to be in use. */
  | { readonly kind: 'retain'; readonly why: string }
  /** Trust `previous` no longer. */
  | { readonly kind: 'forget'; readonly why: string }
  /** Make one from scratch: no caller accepts what this one signs. */
  | { readonly kind: 'replace'; readonly why: string };

/**
 * The next step of an authority's rotation in two phases: it is announced when its predecessor is at two thirds of its
 * life, signs when all callers trust it, and that one is forgotten when no leaf of its can be in use any more. What is
 * not valid yet is left alone: it will be, and callers may think that it is.
 */
export function nextStep(authority: Authority, view: RotationView): Step {
  const { now, isPublished, strays } = view;
  const { to } = lifeOf(authority.ca);
  const isNextAlive = authority.next !== undefined && lifeOf(authority.next).to > now;
  if (now >= to) return isNextAlive ? promote('has expired') : REPLACE;
  if (strays.some((one) => isMissing(one, authority, now))) return RETAIN;
  if (!isNextAlive) return stepWithoutNext(authority, view);
  return isPublished ? promote('is replaced') : { kind: 'rest', until: to };
}

function stepWithoutNext(authority: Authority, view: RotationView): Step {
  const { from, to } = lifeOf(authority.ca);
  const agedAt = from + ((to - from) * 2) / 3;
  if (authority.next) return announce('the announced authority has expired');
  if (view.now >= agedAt) return announce('the authority is at two thirds of its life');
  const forgetAt = forgottenAt(authority, view);
  return view.now >= forgetAt ? FORGET : { kind: 'rest', until: Math.min(agedAt, forgetAt) };
}

const announce = (why: string): Step => ({ kind: 'announce', why });
const promote = (why: string): Step => ({ kind: 'promote', why: `the authority ${why}` });
const REPLACE: Step = { kind: 'replace', why: 'the authority has expired' };
const FORGET: Step = {
  kind: 'forget',
  why: 'no leaf of the previous authority is in use any more',
};
const RETAIN: Step = {
  kind: 'retain',
  why: 'another authority was put in its place, and leaves of the one before are in use',
};

interface Life {
  readonly from: number;
  readonly to: number;
}

const lifeOf = ({ cert }: Pick<Issued, 'cert'>): Life => {
  const { validFrom, validTo } = new X509Certificate(cert);
  return { from: Date.parse(validFrom), to: Date.parse(validTo) };
};

const isMissing = (cert: string, { ca, next, previous }: Authority, now: number): boolean =>
  lifeOf({ cert }).to > now && !holdsBundle([ca.cert, next?.cert, ...previous].join(''), cert);

/** A replica that is cut off may serve an old leaf until that ends. */
function forgottenAt({ previous, promotedAt }: Authority, { leafLifetime }: RotationView): number {
  if (previous.length === 0) return Infinity;
  const ends = Math.max(...previous.map((cert) => lifeOf({ cert }).to));
  return Math.min(ends, (promotedAt ?? Infinity) + leafLifetime);
}

/**
 * Does a step.
 *
 * @param issue makes an authority.
 */
export async function takeStep(
  authority: Authority,
  step: Exclude<Step, { kind: 'rest' }>,
  { now, strays, issue }: Pick<RotationView, 'now' | 'strays'> & { issue: () => Promise<Issued> },
): Promise<Authority> {
  const { ca, next, previous } = authority;
  switch (step.kind) {
    case 'announce':
      return { ...authority, next: await issue() };
    case 'promote':
      return { ca: next ?? ca, previous: [ca.cert, ...previous], promotedAt: now };
    case 'retain': {
      const missing = strays.filter((one) => isMissing(one, authority, now));
      return { ...authority, previous: [...missing, ...previous], promotedAt: now };
    }
    case 'forget':
      return { ca, ...(next && { next }), previous: [] };
    case 'replace':
      return { ca: await issue(), previous: [] };
  }
}

/**
 * The authority to write where there is none that can be read.
 *
 * @param memory the last one that was read, if there was one. It goes on to sign, so that no call fails, and is replaced
 * by the next one soon: who has taken it away may have wanted that.
 */
export async function recovered(
  memory: Authority | undefined,
  now: number,
  issue: () => Promise<Issued>,
): Promise<Authority> {
  if (!memory || lifeOf(memory.ca).to <= now) return { ca: await issue(), previous: [] };
  return memory.next ? memory : { ...memory, next: await issue() };
}
