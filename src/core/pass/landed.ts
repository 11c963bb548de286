import type { Choice } from '../decide/choose.js';
import type { Landing } from '../decide/landing.js';
import type { Subject } from '../decide/subject.js';
import type { Warning } from '../outcome.js';

/** What is known once it is clear that a pod goes to a virtual node. */
export interface Landed {
  readonly subject: Subject;
  readonly landing: Landing;
  readonly choice: Choice;
  readonly warnings: readonly Warning[];
}
