import { unknown } from './given.js';
import { finding, type Finding } from './finding.js';
import type { Made, Trial } from './trial.js';

/** What the dry run says about the way from the API server to the injector. */
export function findTrial(trial: Trial): readonly Finding[] {
  if (trial.kind === 'made') return ofAnswer(trial);
  switch (trial.why) {
    case 'no_hook':
      return [];
    case 'no_node':
      return [finding('trial_without_node')];
    case 'not_selected':
      return [finding('trial_not_selected', trial.namespace)];
  }
}

function ofAnswer(made: Made): readonly Finding[] {
  const { answer } = made;
  if ('value' in answer) {
    return answer.value.length > 0 ? [ofInjected(made, answer.value)] : ofNothing(made);
  }
  const { words = '', what } = answer;
  if (words.includes('failed calling webhook')) return [finding('trial_call_failed', words)];
  // A quota or a policy refuses with 403 as well, in words of its own.
  return words.includes('cannot create resource')
    ? [unknown(answer)]
    : [finding('trial_refused', words || what)];
}

function ofInjected({ expected, node, namespace, took }: Made, actual: readonly string[]): Finding {
  const wanted = expected.daemonSets
    .filter(({ decision }) => decision === 'inject')
    .map(({ namespace, name }) => `${namespace}/${name}`);
  const place = `for ${node}, in ${namespace}, in ${took} ms`;
  if (sameNames(wanted, actual)) return finding('trial_injected', `${actual.join(', ')}; ${place}`);
  return finding('trial_injected_otherwise', [
    ...actual
      .filter((one) => !wanted.includes(one))
      .map((name) => ({ name, detail: 'unexpected' })),
    ...wanted.filter((one) => !actual.includes(one)).map((name) => ({ name, detail: 'missing' })),
  ]);
}

const sameNames = (one: readonly string[], other: readonly string[]): boolean =>
  [...one].sort().join(' ') === [...other].sort().join(' ');

/** The pod came back as it was; a second one, with a record that is none, says whether anybody looked at it. */
function ofNothing(made: Made): readonly Finding[] {
  const { expected, answered, node, namespace, took } = made;
  const expects = expected.decision === 'inject';
  const detail = `for ${node}, in ${namespace}, after ${took} ms`;
  if (answered !== undefined && !('value' in answered)) return [unknown(answered)];
  if (answered?.value === true) {
    return [finding(expects ? 'trial_left_alone' : 'trial_answered', detail)];
  }
  // Before it looks at a record, the injector passes over pods of such namespaces, and pods for nodes left alone.
  return expects || expected.reason === 'no_daemonset'
    ? [finding('trial_not_injected', detail)]
    : [finding('trial_nothing_to_see', `${expected.reason} in ${namespace}`)];
}
