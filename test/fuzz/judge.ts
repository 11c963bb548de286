import type { World } from '../../src/core/world/world.js';
import { describeFault } from '../../src/telemetry/faults.js';
import { expectLawfulOutcome } from '../support/laws.js';
import { LawBroken, hold } from '../support/laws/law.js';
import { expectLawfulAnswer, expectNoSecret, responseIn } from './answer-laws.js';
import { worldFrom, type FuzzCase } from './rounds.js';
import type { Asked, Webhook } from './webhook.js';

/** A review that takes longer is looked at: what is its time spent on? */
const SLOW_MILLISECONDS = 250;
/** So many times the parsing of what was to be read is more than any honest work on it. */
const SLOW_RATIO = 100;
/** The fastest of some runs is what the work takes; what else a process does, it does not do each time. */
const RUNS = 3;

/**
 * Sends one case through the webhook and holds the answer to the laws.
 *
 * @returns what was seen of it.
 * @throws LawBroken where a law does not hold; the detail says which values tell it.
 */
export function judge(one: FuzzCase, world: World, webhook: Webhook): Asked {
  const asked = ask(one, world, webhook);
  expectNoFault(asked);
  expectLawfulAnswer(asked);
  if (!one.ofBytes || !asked.reply.json) expectSilence(asked);
  const { judged } = asked;
  if (judged !== undefined) {
    hold('the pod that was given is left alone', judged.untouched);
    lawfully(() => expectLawfulOutcome(judged.outcome, judged.request, world, one.settings));
  }
  if (asked.milliseconds > SLOW_MILLISECONDS) expectQuick(one, webhook);
  hold('no prototype is changed', prototypeKeys() === PROTOTYPE_KEYS);
  return asked;
}

const prototypes: readonly object[] = [Object.prototype, Array.prototype, String.prototype];
const prototypeKeys = (): number =>
  prototypes.reduce<number>((sum, prototype) => sum + Reflect.ownKeys(prototype).length, 0);
const PROTOTYPE_KEYS = prototypeKeys();

function ask(one: FuzzCase, world: World, webhook: Webhook): Asked {
  try {
    return webhook.ask(one.body, world, one.settings);
  } catch (error) {
    throw new LawBroken('handle does not throw', placeOf(error));
  }
}

function expectNoFault({ faults, reviewed }: Asked): void {
  const [fault] = faults;
  const failed = reviewed[0]?.outcome.reason === 'internal_error';
  hold('the engine does not fail', fault === undefined && !failed, () => placeOf(fault));
}

/** An engine that throws in the second pass has failed as well. */
function lawfully(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof LawBroken) throw error;
    throw new LawBroken('the patch applies, and the engine takes what it made', placeOf(error));
  }
}

/** Message and innermost calls: the same for every case that fails in the same way. */
export const placeOf = (error: unknown): string =>
  describeFault(error)
    .map(({ name, message, at }) => `${name}: ${message} ${at.slice(0, 3).join(' ')}`)
    .join('; ');

function expectSilence({ lines, reply, reviewed }: Asked): void {
  expectNoSecret('the log', lines);
  if (!reply.json) {
    expectNoSecret('a refusal', [reply.body]);
    return;
  }
  const { warnings = [], auditAnnotations } = responseIn(reply);
  expectNoSecret('the audit log', Object.values(auditAnnotations));
  expectNoSecret('warnings', warnings);
  expectNoSecret(
    'particulars',
    reviewed.flatMap(({ outcome }) => outcome.daemonSets.map(({ detail }) => detail ?? '')),
  );
}

/** The World is read anew each time, so that what is found out about it once counts as well. */
function expectQuick(one: FuzzCase, webhook: Webhook): void {
  const manifests = JSON.stringify(one.objects);
  const took = fastest(() => {
    webhook.ask(one.body, worldFrom(one.objects), one.settings);
  });
  const parsing = fastest(() => {
    parseAny(one.body.toString());
    JSON.parse(manifests);
  });
  const isQuick = took <= SLOW_MILLISECONDS || took <= SLOW_RATIO * parsing;
  hold('no review takes much longer than to read it', isQuick, () => `${took} ms, ${parsing} ms`);
}

/** Milliseconds of the processor and not of the clock, which goes on while others have the machine. */
const fastest = (run: () => void): number =>
  Math.min(
    ...Array.from({ length: RUNS }, () => {
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    }),
  );

function parseAny(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    // It took its time all the same.
  }
}
