import { inject } from '../../src/core/engine.js';
import type { Request } from '../../src/core/engine.js';
import type { Pod } from '../../src/core/model/types.js';
import type { Outcome } from '../../src/core/outcome.js';
import { applyPatch } from '../../src/core/patch/apply.js';
import type { Settings } from '../../src/core/settings.js';
import type { World } from '../../src/core/world/world.js';
import { faultsOf } from './laws/api.js';
import { hold, holdSame } from './laws/law.js';
import { expectPlaceholder } from './laws/placeholder.js';
import { expectBusinessUntouched } from './laws/untouched.js';
import { containersOf, expectValid } from './laws/valid.js';
import { strictApply } from './strict-patch.js';

export { expectValid } from './laws/valid.js';

/** What came of a pod on which all laws hold. */
export interface Lawful {
  readonly outcome: Outcome;
  readonly injected: Pod;
}

/**
 * Injects a pod and checks what must hold for every pod, DaemonSet and World: the patch applies strictly, the result
 * is a valid pod as far as names, mounts and ports go, the business part is what it was, and a second pass changes
 * nothing.
 *
 * @throws LawBroken where a law does not hold.
 */
export function expectLaws(request: Request, world: World, settings: Settings): Lawful {
  const before = JSON.stringify(request.pod);
  const outcome = inject(request, world, settings);
  hold('the pod that was given is left alone', JSON.stringify(request.pod) === before);
  return { outcome, injected: expectLawfulOutcome(outcome, request, world, settings) };
}

/**
 * The same for an outcome that is there already.
 *
 * @returns the pod with the patch applied.
 */
export function expectLawfulOutcome(
  outcome: Outcome,
  request: Request,
  world: World,
  settings: Settings,
): Pod {
  const { operations } = outcome;
  hold('only who injects or takes back changes', isConsistent(outcome), () => outcome.reason);
  if (operations.length === 0) return request.pod;
  const injected = applyPatch(request.pod, operations);
  holdSame('RFC 6902 to the letter', strictApply(request.pod, operations), injected);
  const allowed = {
    privileged: settings.profiles.some(({ privileged }) => privileged),
    hostPath: settings.profiles.some(({ hostPath }) => hostPath === 'private'),
  };
  expectValid(injected, request, allowed);
  if (outcome.decision === 'gate') {
    expectPlaceholder(request.pod, injected);
    holdSame(
      'a second pass changes nothing',
      inject({ ...request, pod: injected }, world, settings),
      {
        ...outcome,
        operations: [],
      },
    );
    return injected;
  }
  // Where two containers have one name, nothing can be said of either; the API server refuses such a pod in any case.
  if (hasNameTwice(request.pod)) return injected;
  expectNoNewFaults(outcome, request.pod, injected, world);
  expectBusinessUntouched({ before: request.pod, after: injected, outcome, world, settings });
  const again = inject({ ...request, pod: injected }, world, settings);
  holdSame('a second pass changes nothing', again.operations, []);
  holdSame('a second pass says the same', again.daemonSets, outcome.daemonSets);
  return injected;
}

function hasNameTwice({ spec }: Pod): boolean {
  const names = containersOf(spec ?? {}).map(({ name }) => name);
  return new Set(names).size < names.length;
}

/** A pod that the API server would take, with DaemonSets that it did take, is one that it takes. */
function expectNoNewFaults(outcome: Outcome, before: Pod, after: Pod, world: World): void {
  const faults = faultsOf(after.spec);
  if (faults.length === 0 || faultsOf(before.spec).length > 0) return;
  const keys = new Set(
    outcome.daemonSets
      .filter(({ decision }) => decision === 'inject')
      .map(({ namespace, name }) => `${namespace}/${name}`),
  );
  const brought = world
    .daemonSets()
    .filter(({ metadata }) => keys.has(`${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`))
    .flatMap(({ spec }) => faultsOf(spec?.template?.spec));
  hold('a valid pod stays one', brought.length > 0, () => faults.join('; '));
}

const isConsistent = ({ decision, reason, daemonSets }: Outcome): boolean =>
  (decision === 'inject') === (reason === 'injected') &&
  (decision === 'gate') === (reason === 'placeholder') &&
  (decision === 'inject') === daemonSets.some((one) => one.decision === 'inject');
