import type { Answer, Unanswered } from '../survey/answer.js';
import { finding, type Finding } from './finding.js';

/**
 * @param look what is found where there is an answer.
 * @param absent what is found where there is nothing; if it is not given, nothing is.
 */
export function given<T>(
  answer: Answer<T>,
  look: (value: T) => readonly Finding[],
  absent: () => readonly Finding[] = () => [],
): readonly Finding[] {
  if ('value' in answer) return look(answer.value);
  return answer.why === 'absent' ? absent() : [unknown(answer)];
}

/** Says that nobody knows. */
export const unknown = ({ why, what }: Unanswered): Finding =>
  finding(why === 'forbidden' ? 'not_allowed' : 'not_answered', what);
